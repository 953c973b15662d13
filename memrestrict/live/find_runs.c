/* SPDX-License-Identifier: MIT */
#include "live/find_runs.h"

#include "common/proc.h"
#include "base/message.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY "/memfd:memrestrict (deleted)" /* what /proc calls the memory that books.c makes */

enum { PATH_ROOM = 64 };

/* A process ID, or a descriptor: digits only. -1: it is none. */
static int number_of(const char *word)
{
    char *end;
    errno = 0;
    long value = isdigit((unsigned char)*word) ? strtol(word, &end, 10) : -1;
    return value >= 0 && *end == '\0' && errno == 0 && value <= INT_MAX ? (int)value : -1;
}

static bool is_of_this_user(int pid)
{
    char path[PATH_ROOM];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d", pid);
    return stat(path, &status) == 0 && status.st_uid == geteuid();
}

static bool is_the_command(const struct accounts *accounts, int pid)
{
    char path[PATH_ROOM];
    struct proc_stat stat;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    return accounts->command == pid && proc_stat(path, &stat) &&
           stat.start_time == accounts->command_start;
}

/* The accounts behind a descriptor of a process; NULL: something else is there. */
static struct accounts *map_accounts(int pid, const char *path)
{
    struct stat status;
    struct accounts *accounts = MAP_FAILED;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && (size_t)status.st_size >= sizeof *accounts)
        accounts = mmap(NULL, sizeof *accounts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (accounts == MAP_FAILED)
        return NULL;
    if (accounts_are_ours(accounts, (size_t)status.st_size) && is_the_command(accounts, pid))
        return accounts;
    munmap(accounts, sizeof *accounts);
    return NULL;
}

/* The accounts that a process has made, if it is a command. */
static struct accounts *accounts_of(int pid)
{
    char folder[PATH_ROOM], path[PATH_ROOM + NAME_MAX + 2], target[sizeof MEMORY + 1];
    struct accounts *accounts = NULL;
    struct dirent *entry;
    snprintf(folder, sizeof folder, "/proc/%d/fd", pid);
    DIR *descriptors = opendir(folder);
    while (accounts == NULL && descriptors != NULL && (entry = readdir(descriptors)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ssize_t length = readlink(path, target, sizeof target);
        if (length == sizeof MEMORY - 1 && memcmp(target, MEMORY, (size_t)length) == 0)
            accounts = map_accounts(pid, path);
    }
    if (descriptors != NULL)
        closedir(descriptors);
    return accounts;
}

static bool add_run(struct found_runs *found, int pid, struct accounts *accounts)
{
    struct found_run *runs = reallocarray(found->runs, found->count + 1, sizeof *runs);
    if (runs == NULL) {
        message("no memory for a list of runs");
        return false;
    }
    found->runs = runs;
    found->runs[found->count++] = (struct found_run){pid, accounts};
    return true;
}

static int by_command(const void *one, const void *other)
{
    int a = ((const struct found_run *)one)->command,
        b = ((const struct found_run *)other)->command;
    return (a > b) - (a < b);
}

bool find_runs_open(struct found_runs *found)
{
    *found = (struct found_runs){NULL, 0};
    struct dirent *entry;
    bool done = true;
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        message("/proc: cannot look for runs: %s", strerror(errno));
        return false;
    }
    while (done && (entry = readdir(processes)) != NULL) {
        int pid = number_of(entry->d_name);
        struct accounts *accounts = pid > 0 && is_of_this_user(pid) ? accounts_of(pid) : NULL;
        done = accounts == NULL || add_run(found, pid, accounts);
    }
    closedir(processes);
    if (found->count > 1)
        qsort(found->runs, found->count, sizeof *found->runs, by_command);
    if (!done)
        find_runs_close(found);
    return done;
}

void find_runs_close(struct found_runs *found)
{
    for (size_t i = 0; i < found->count; i++)
        munmap(found->runs[i].accounts, sizeof *found->runs[i].accounts);
    free(found->runs);
    *found = (struct found_runs){NULL, 0};
}

struct account *find_runs_next(const struct found_run *run, unsigned *index)
{
    struct account *account;
    for (; (account = accounts_next(run->accounts, index)) != NULL; ++*index)
        if (atomic_load(&account->state) == ACCOUNT_LIVE && accounts_life(account) == ACCOUNT_RUNS)
            return account;
    return NULL;
}

static bool look_in(const struct found_run *run, int pid, struct found_target *target)
{
    struct account *account;
    *target = (struct found_target){run, NULL};
    if (run->command == pid)
        return true;
    for (unsigned i = 0; (account = find_runs_next(run, &i)) != NULL; i++)
        if (account->pid == pid) {
            target->account = account;
            return true;
        }
    return false;
}

/* The command that a process descends from; 0: none of them. */
static int command_above(const struct found_runs *found, int pid)
{
    struct proc_stat stat;
    for (; pid > 1 && proc_stat_of(pid, &stat) == 0; pid = stat.parent)
        for (size_t i = 0; i < found->count; i++)
            if (found->runs[i].command == stat.parent)
                return stat.parent;
    return 0;
}

static void say_why_not(const struct found_runs *found, int pid)
{
    char path[PATH_ROOM];
    int command = command_above(found, pid);
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (access(path, F_OK) != 0)
        message("%d: there is no such process; 'memrestrict ps' lists those that can be named",
                pid);
    else if (!is_of_this_user(pid))
        message(
            "%d: the process is another user's; only the user who started a run may look into it",
            pid);
    else if (command != 0)
        message(
            "%d: the process is in the run of %d, but is not limited: the library is not in it, or "
            "--program names others",
            pid, command);
    else
        message(
            "%d: the process is in no run of memrestrict; 'memrestrict ps' lists those that are",
            pid);
}

bool find_runs_find(const struct found_runs *found, const char *word, struct found_target *target)
{
    int pid = number_of(word);
    if (pid <= 0) {
        message_usage(
            "'%.200s': this is no process ID; accepted: a number that 'memrestrict ps' lists",
            word);
        return false;
    }
    for (size_t i = 0; i < found->count; i++)
        if (look_in(&found->runs[i], pid, target))
            return true;
    say_why_not(found, pid);
    return false;
}

bool find_runs_find_live(const struct found_runs *found, const char *word,
                         struct found_target *target)
{
    unsigned index = 0;
    if (!find_runs_find(found, word, target))
        return false;
    if (target->account != NULL || find_runs_next(target->run, &index) != NULL)
        return true;
    message("%d: no process of the run is there%s", target->run->command,
            atomic_load(&target->run->accounts->joined) > 0 ? " any more" : " yet");
    return false;
}

int find_runs_command(const struct arguments *arguments, int argc, char **argv,
                      bool (*act)(const struct found_target *target, char **words))
{
    struct found_runs found;
    struct found_target target;
    char **words;
    int count, status;
    if (!arguments_read(arguments, argc, argv, &words, &count, &status))
        return status;
    if (!find_runs_open(&found))
        return EXIT_OURS;
    bool done = find_runs_find_live(&found, words[0], &target) && act(&target, words);
    find_runs_close(&found);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}

bool find_runs_is_tree(const struct found_run *run)
{
    return atomic_load(&run->accounts->tree_limit) != ACCOUNTS_UNLIMITED;
}

uint64_t find_runs_used(const struct found_run *run)
{
    const struct account *account;
    uint64_t used = 0;
    if (find_runs_is_tree(run))
        return accounts_tree_used(run->accounts);
    for (unsigned i = 0; (account = find_runs_next(run, &i)) != NULL; i++)
        used += account_used(account);
    return used;
}
