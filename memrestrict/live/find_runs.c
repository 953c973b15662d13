/* SPDX-License-Identifier: MIT */
#include "live/find_runs.h"

#include "common/proc.h"
#include "base/message.h"
#include "base/proc_status.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY                                                                                     \
    "/memfd:memrestrict (deleted)" /* what /proc calls the memory that roster_open makes */

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

/* The next descriptor of a process behind which memory of that name is, opened; -1: there is none.
 */
static int open_next(DIR *descriptors, int pid, const char *memory)
{
    char path[PATH_ROOM + NAME_MAX + 2], target[sizeof FIND_RUNS_SITES + 1];
    size_t whole = strlen(memory);
    struct dirent *entry;
    errno = ENOENT;
    while ((entry = readdir(descriptors)) != NULL) {
        snprintf(path, sizeof path, "/proc/%d/fd/%s", pid, entry->d_name);
        ssize_t length = readlink(path, target, sizeof target);
        if (length == (ssize_t)whole && memcmp(target, memory, whole) == 0)
            return open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
        errno = ENOENT;
    }
    return -1;
}

static DIR *open_descriptors(int pid)
{
    char folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "/proc/%d/fd", pid);
    return opendir(folder);
}

/* The roster of the accounts that a process has made, if it is a command. */
static struct roster *roster_of(int pid)
{
    struct roster *roster = NULL;
    DIR *descriptors = open_descriptors(pid);
    int fd;
    while (roster == NULL && descriptors != NULL &&
           (fd = open_next(descriptors, pid, MEMORY)) >= 0) {
        roster = roster_attach(fd, pid);
        close(fd);
    }
    if (descriptors != NULL)
        closedir(descriptors);
    return roster;
}

int find_runs_memory(int command, const char *memory)
{
    DIR *descriptors = open_descriptors(command);
    int fd = descriptors != NULL ? open_next(descriptors, command, memory) : -1, error = errno;
    if (descriptors != NULL)
        closedir(descriptors);
    errno = error;
    return fd;
}

static void read_card(int command, struct run_card *card)
{
    int fd = find_runs_memory(command, RUN_CARD_MEMORY);
    *card = (struct run_card){.engine = NULL};
    if (fd < 0)
        return;
    run_card_read(fd, card);
    close(fd);
}

static bool add_run(struct found_runs *found, int pid, struct roster *roster,
                    const struct run_card *card)
{
    struct found_run *runs = reallocarray(found->runs, found->count + 1, sizeof *runs);
    if (runs == NULL) {
        message("no memory for a list of runs");
        roster_close(roster);
        return false;
    }
    found->runs = runs;
    struct found_run *run = &found->runs[found->count++];
    *run = (struct found_run){.command = pid, .roster = roster, .card = *card};
    return true;
}

/* A command that is attached to what ran already has a card alone. False: no memory. */
static bool look_at(struct found_runs *found, int pid)
{
    struct run_card card;
    struct roster *roster = roster_of(pid);
    read_card(pid, &card);
    return (roster == NULL && card.engine == NULL) || add_run(found, pid, roster, &card);
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
        done = pid <= 0 || !is_of_this_user(pid) || look_at(found, pid);
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
        roster_close(found->runs[i].roster);
    free(found->runs);
    *found = (struct found_runs){NULL, 0};
}

bool find_runs_next(const struct found_run *run, unsigned *index, struct roster_process *process)
{
    return run->roster != NULL && roster_next_running(run->roster, index, process);
}

bool find_runs_means(const struct found_target *target, const struct roster_process *process)
{
    return !target->is_process || target->process.slot == process->slot;
}

static bool look_in(const struct found_run *run, int pid, struct found_target *target)
{
    *target = (struct found_target){.run = run};
    if (run->command == pid)
        return true;
    for (unsigned i = 0; find_runs_next(run, &i, &target->process); i++)
        if (target->process.pid == pid) {
            target->is_process = true;
            return true;
        }
    return false;
}

bool find_runs_is_attached(const struct found_run *run, int pid)
{
    int tracer = proc_status_number(pid, "TracerPid:");
    return run->card.attached && tracer > 0 && proc_status_number(tracer, "Tgid:") == run->command;
}

/* The run that a process descends from; NULL: none of them. */
static const struct found_run *run_above(const struct found_runs *found, int pid)
{
    struct proc_stat stat;
    for (size_t i = 0; i < found->count; i++)
        if (find_runs_is_attached(&found->runs[i], pid))
            return &found->runs[i];
    for (; pid > 1 && proc_stat_of(pid, &stat) == 0; pid = stat.parent)
        for (size_t i = 0; i < found->count; i++)
            if (found->runs[i].command == stat.parent)
                return &found->runs[i];
    return NULL;
}

static void say_why_not(const struct found_runs *found, int pid)
{
    char path[PATH_ROOM];
    const struct found_run *run = run_above(found, pid);
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (access(path, F_OK) != 0)
        message("%d: there is no such process; 'memrestrict ps' lists those that can be named",
                pid);
    else if (!is_of_this_user(pid))
        message(
            "%d: the process is another user's; only the user who started a run may look into it",
            pid);
    else if (run != NULL && run->card.engine != NULL)
        message("%d: the process is in the run of %d, which --engine=%s limits: accepted: %d, for "
                "all of it",
                pid, run->command, run->card.engine->name, run->command);
    else if (run != NULL)
        message(
            "%d: the process is in the run of %d, but is not limited: the library is not in it, or "
            "--program names others",
            pid, run->command);
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

bool find_runs_find_live(const struct found_runs *found, const char *word, bool outside,
                         struct found_target *target)
{
    unsigned index = 0;
    struct roster_process any;
    if (!find_runs_find(found, word, target))
        return false;
    if (target->run->card.engine != NULL && outside)
        return true;
    if (target->run->card.engine != NULL) {
        message("%d: the run is limited from outside, by --engine=%s: ps and top show it, and set "
                "gives it another limit, but nothing more can be asked of it while it runs",
                target->run->command, target->run->card.engine->name);
        return false;
    }
    if (target->is_process || find_runs_next(target->run, &index, &any))
        return true;
    message("%d: no process of the run is there%s", target->run->command,
            roster_joined(target->run->roster) > 0 ? " any more" : " yet");
    return false;
}

int find_runs_command(const struct arguments *arguments, int argc, char **argv, bool outside,
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
    bool done = find_runs_find_live(&found, words[0], outside, &target) && act(&target, words);
    find_runs_close(&found);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}

bool find_runs_is_tree(const struct found_run *run) { return roster_tree(run->roster).limited; }

uint64_t find_runs_used(const struct found_run *run)
{
    struct roster_process process;
    struct roster_tree tree = roster_tree(run->roster);
    uint64_t used = 0;
    if (tree.limited)
        return tree.used;
    for (unsigned i = 0; find_runs_next(run, &i, &process); i++)
        used += process.used;
    return used;
}
