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

static bool add_run(struct outside *outside, int pid, struct accounts *accounts)
{
    struct outside_run *runs = reallocarray(outside->runs, outside->count + 1, sizeof *runs);
    if (runs == NULL) {
        say("no memory for a list of runs");
        return false;
    }
    outside->runs = runs;
    outside->runs[outside->count++] = (struct outside_run){pid, accounts};
    return true;
}

static int by_command(const void *one, const void *other)
{
    int a = ((const struct outside_run *)one)->command,
        b = ((const struct outside_run *)other)->command;
    return (a > b) - (a < b);
}

bool outside_open(struct outside *outside)
{
    *outside = (struct outside){NULL, 0};
    struct dirent *entry;
    bool done = true;
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        say("/proc: cannot look for runs: %s", strerror(errno));
        return false;
    }
    while (done && (entry = readdir(processes)) != NULL) {
        int pid = number_of(entry->d_name);
        struct accounts *accounts = pid > 0 && is_of_this_user(pid) ? accounts_of(pid) : NULL;
        done = accounts == NULL || add_run(outside, pid, accounts);
    }
    closedir(processes);
    if (outside->count > 1)
        qsort(outside->runs, outside->count, sizeof *outside->runs, by_command);
    if (!done)
        outside_close(outside);
    return done;
}

void outside_close(struct outside *outside)
{
    for (size_t i = 0; i < outside->count; i++)
        munmap(outside->runs[i].accounts, sizeof *outside->runs[i].accounts);
    free(outside->runs);
    *outside = (struct outside){NULL, 0};
}

struct account *outside_next(const struct outside_run *run, unsigned *index)
{
    struct account *account;
    for (; (account = accounts_next(run->accounts, index)) != NULL; ++*index)
        if (atomic_load(&account->state) == ACCOUNT_LIVE && accounts_life(account) == ACCOUNT_RUNS)
            return account;
    return NULL;
}

static bool look_in(const struct outside_run *run, int pid, struct outside_target *target)
{
    struct account *account;
    *target = (struct outside_target){run, NULL};
    if (run->command == pid)
        return true;
    for (unsigned i = 0; (account = outside_next(run, &i)) != NULL; i++)
        if (account->pid == pid) {
            target->account = account;
            return true;
        }
    return false;
}

/* The command that a process descends from; 0: none of them. */
static int command_above(const struct outside *outside, int pid)
{
    struct proc_stat stat;
    for (; pid > 1 && proc_stat_of(pid, &stat) == 0; pid = stat.parent)
        for (size_t i = 0; i < outside->count; i++)
            if (outside->runs[i].command == stat.parent)
                return stat.parent;
    return 0;
}

static void say_why_not(const struct outside *outside, int pid)
{
    char path[PATH_ROOM];
    int command = command_above(outside, pid);
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (access(path, F_OK) != 0)
        say("%d: there is no such process; 'memrestrict ps' lists those that can be named", pid);
    else if (!is_of_this_user(pid))
        say("%d: the process is another user's; only the user who started a run may look into it",
            pid);
    else if (command != 0)
        say("%d: the process is in the run of %d, but is not limited: the library is not in it, or "
            "--program names others",
            pid, command);
    else
        say("%d: the process is in no run of memrestrict; 'memrestrict ps' lists those that are",
            pid);
}

bool outside_find(const struct outside *outside, const char *word, struct outside_target *target)
{
    int pid = number_of(word);
    if (pid <= 0) {
        say_usage(
            "'%.200s': this is no process ID; accepted: a number that 'memrestrict ps' lists",
            word);
        return false;
    }
    for (size_t i = 0; i < outside->count; i++)
        if (look_in(&outside->runs[i], pid, target))
            return true;
    say_why_not(outside, pid);
    return false;
}

bool outside_find_live(const struct outside *outside, const char *word,
                       struct outside_target *target)
{
    unsigned index = 0;
    if (!outside_find(outside, word, target))
        return false;
    if (target->account != NULL || outside_next(target->run, &index) != NULL)
        return true;
    say("%d: no process of the run is there%s", target->run->command,
        atomic_load(&target->run->accounts->joined) > 0 ? " any more" : " yet");
    return false;
}

int outside_command(const struct arguments *arguments, int argc, char **argv,
                    bool (*act)(const struct outside_target *target, char **words))
{
    struct outside outside;
    struct outside_target target;
    char **words;
    int count, status;
    if (!arguments_read(arguments, argc, argv, &words, &count, &status))
        return status;
    if (!outside_open(&outside))
        return EXIT_OURS;
    bool done = outside_find_live(&outside, words[0], &target) && act(&target, words);
    outside_close(&outside);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}

bool outside_is_tree(const struct outside_run *run)
{
    return atomic_load(&run->accounts->tree_limit) != ACCOUNTS_UNLIMITED;
}

uint64_t outside_used(const struct outside_run *run)
{
    const struct account *account;
    uint64_t used = 0;
    if (outside_is_tree(run))
        return accounts_tree_used(run->accounts);
    for (unsigned i = 0; (account = outside_next(run, &i)) != NULL; i++)
        used += account_used(account);
    return used;
}
