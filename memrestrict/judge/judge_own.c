/* SPDX-License-Identifier: MIT */
#include "judge/judge_own.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

/* A process goes by the number of its first thread. */
enum aim { THREAD, PROCESS_OR_GROUP, PROCESS_AND_THREAD, OWNER, PRIORITY, IO_PRIORITY };

static const struct {
    const char *call;
    enum aim aim;
} aims[] = {
    {"kill", PROCESS_OR_GROUP},
    {"tkill", THREAD},
    {"tgkill", PROCESS_AND_THREAD},
    {"rt_sigqueueinfo", THREAD},
    {"rt_tgsigqueueinfo", PROCESS_AND_THREAD},
    {"pidfd_open", THREAD},
    {"prlimit64", THREAD},
    {"setpriority", PRIORITY},
    {"getpriority", PRIORITY},
    {"ioprio_set", IO_PRIORITY},
    {"sched_getaffinity", THREAD},
    {"sched_setaffinity", THREAD},
    {"sched_getparam", THREAD},
    {"sched_setparam", THREAD},
    {"sched_getscheduler", THREAD},
    {"sched_setscheduler", THREAD},
    {"sched_setattr", THREAD},
    {"process_vm_readv", THREAD},
    {"process_vm_writev", THREAD},
    {"migrate_pages", THREAD},
    {"move_pages", THREAD},
    {"fcntl", OWNER},
    {"fcntl64", OWNER},
};

/* 0 is the caller, or its group, which is in a session that was begun for the submission. */
static bool is_thread(const struct tracer *tracer, int number)
{
    return number == 0 || tracer_has(tracer, number, false);
}

static bool is_process_or_group(const struct tracer *tracer, int number)
{
    if (number >= 0)
        return is_thread(tracer, number);
    return number < -1 && number > INT_MIN && tracer_has_group(tracer, -number);
}

static bool is_own(const struct tracer *tracer, const struct tracer_call *call, enum aim aim)
{
    int first = (int)call->args[0], second = (int)call->args[1], third = (int)call->args[2];
    enum { IO_PRIORITY_OF_PROCESS = 1 };
    switch (aim) {
    case THREAD: return is_thread(tracer, first);
    case PROCESS_OR_GROUP: return is_process_or_group(tracer, first);
    case PROCESS_AND_THREAD:
        return tracer_has(tracer, first, false) && tracer_has(tracer, second, false);
    case OWNER: return second == F_SETOWN && is_process_or_group(tracer, third);
    case PRIORITY: return first == PRIO_PROCESS && is_thread(tracer, second);
    default: return first == IO_PRIORITY_OF_PROCESS && is_thread(tracer, second);
    }
}

bool judge_own_is(const struct tracer *tracer, const struct tracer_call *call, const char *name)
{
    for (size_t i = 0; i < sizeof aims / sizeof aims[0]; i++)
        if (strcmp(aims[i].call, name) == 0)
            return is_own(tracer, call, aims[i].aim);
    return false;
}
