/* SPDX-License-Identifier: MIT */
#include "live/set.h"

#include "base/text.h"
#include "common/config.h"
#include "live/find_runs.h"
#include "live/outside.h"
#include "base/message.h"
#include "base/size_words.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_locked(int pid)
{
    message("set: %d: the accounts of the run are locked by a process that does not go on; is it "
            "stopped?",
            pid);
    return false;
}

static void print_limits(const char *name, int pid, uint64_t limit, uint64_t before, uint64_t used)
{
    char now[SIZE_ROOM], was[SIZE_ROOM], use[SIZE_ROOM];
    text_safe(stdout, name);
    printf(" (%d): limit %s (was %s), %s in use\n", pid, size_words(limit, now),
           size_words(before, was), size_words(used, use));
}

static bool set_process(const struct found_run *run, const struct roster_process *process,
                        uint64_t limit)
{
    if (!roster_set_limit(run->roster, process, limit))
        return is_locked(process->pid);
    print_limits(process->program, process->pid, limit, process->limit, process->used);
    return true;
}

static bool set_tree(const struct found_run *run, uint64_t limit)
{
    uint64_t before = roster_tree(run->roster).limit;
    if (limit == ACCOUNTS_UNLIMITED) {
        message("set: %d: the limit of a tree cannot be taken off; accepted: a size", run->command);
        return false;
    }
    if (!roster_set_tree_limit(run->roster, limit))
        return is_locked(run->command);
    print_limits("all processes of the run", run->command, limit, before, find_runs_used(run));
    return true;
}

static const char *why_not(int error)
{
    switch (error) {
    case ETIMEDOUT: return "its command does not go on; is it stopped?";
    case EINVAL: return "the limit of a tree cannot be taken off; accepted: a size";
    case EPERM: return "only who has CAP_SYS_RESOURCE may raise it again";
    case EBUSY: return "more is in use, and cannot be taken back; accepted: a larger size";
    default: return strerror(error);
    }
}

/* Of a run that its command limits from outside: that is asked to. */
static bool set_outside(const struct found_run *run, uint64_t limit)
{
    const struct run_card *card = &run->card;
    struct outside outside;
    char name[32];
    bool is_tree = card->tree_limit != OUTCOME_UNLIMITED;
    int fd = find_runs_memory(run->command, RUN_CARD_MEMORY);
    int error = fd >= 0 ? run_card_ask(fd, limit) : errno;
    if (fd >= 0)
        close(fd);
    if (error != 0) {
        message("set: %d: --engine=%s: %s", run->command, card->engine->name, why_not(error));
        return false;
    }
    snprintf(name, sizeof name, "%s of the run", is_tree ? "all processes" : "each process");
    if (!outside_read(run, &outside))
        return false;
    print_limits(name, run->command, limit, is_tree ? card->tree_limit : card->limit, outside.used);
    outside_free(&outside);
    return true;
}

/* All of a run: the limit of the tree, where it has one; else that of each process. */
static bool set_run(const struct found_run *run, uint64_t limit)
{
    struct roster_process process;
    bool done = true;
    if (find_runs_is_tree(run))
        return set_tree(run, limit);
    for (unsigned i = 0; done && find_runs_next(run, &i, &process); i++)
        done = set_process(run, &process, limit);
    return done;
}

static bool is_unarmable(int pid)
{
    message("set: %d: nothing to arm: no plan of faults waits for it; accepted: a process of "
            "memrestrict --fault=PLAN with arm=set in PLAN",
            pid);
    return false;
}

/* In a run each process follows the run again. */
static bool arm_run(const struct found_run *run, enum account_armed armed)
{
    struct roster_process process;
    bool any = false;
    roster_arm(run->roster, NULL, armed);
    for (unsigned i = 0; find_runs_next(run, &i, &process); i++) {
        any = any || process.can_arm;
        roster_arm(run->roster, &process, ACCOUNT_AS_RUN);
    }
    return any || is_unarmable(run->command);
}

static bool arm_target(const struct found_target *target, enum account_armed armed)
{
    if (!target->is_process)
        return arm_run(target->run, armed);
    if (!target->process.can_arm)
        return is_unarmable(target->process.pid);
    roster_arm(target->run->roster, &target->process, armed);
    return true;
}

/* Signals wait, not to end us with the lock. */
static bool set_target(const struct found_target *target, char **words)
{
    uint64_t limit;
    sigset_t all;
    bool arms = strcmp(words[1], "arm") == 0;
    bool disarms = strcmp(words[1], "disarm") == 0;
    if ((arms || disarms) && target->run->card.engine != NULL)
        return is_unarmable(target->run->command);
    if (arms || disarms)
        return arm_target(target, arms ? ACCOUNT_ARMED : ACCOUNT_DISARMED);
    if (!size_parse(words[1], &limit)) {
        message_usage(
            "set: cannot understand '%.200s'; accepted: a size such as 64M, 1.5G, 64MB or "
            "67108864, or unlimited, or arm, or disarm",
            words[1]);
        return false;
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (target->run->card.engine != NULL)
        return set_outside(target->run, limit);
    return target->is_process ? set_process(target->run, &target->process, limit)
                              : set_run(target->run, limit);
}

int set_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict set",
        .words = "PID LIMIT|arm|disarm",
        .doc = "Gives a process that runs under memrestrict another limit; or, if PID is that of "
               "the command, the tree, where the run has a limit for it, else each process that "
               "runs now. What is held already is never taken away. With arm, a plan of faults "
               "(--fault) with arm=set begins to count and to strike; with disarm it rests.",
        .least = 2,
        .most = 2,
    };
    return find_runs_command(&arguments, argc, argv, true, set_target);
}
