/* SPDX-License-Identifier: MIT */
#include "sweep/deaths.h"

#include <signal.h>

/* A parent that aborts, or traps, as its child has crashed, is no cause. */
static const int deadly[DEADLY] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP, SIGABRT};

static void count(struct deaths *deaths, const json_t *process)
{
    json_int_t number =
        json_integer_value(json_object_get(json_object_get(process, "signal"), "number"));
    for (int i = 0; i < DEADLY; i++)
        deaths->by[i] += deadly[i] == number;
}

struct deaths deaths_among(const json_t *processes, int pid)
{
    struct deaths deaths = {{0}};
    size_t i;
    const json_t *process;
    json_array_foreach (processes, i, process)
        if (pid == 0 || json_integer_value(json_object_get(process, "pid")) == pid)
            count(&deaths, process);
    return deaths;
}

void deaths_widen(struct deaths *deaths, const struct deaths *other)
{
    for (int i = 0; i < DEADLY; i++)
        if (other->by[i] > deaths->by[i])
            deaths->by[i] = other->by[i];
}

int deaths_worst(const struct deaths *deaths, const struct deaths *before)
{
    for (int i = 0; i < DEADLY; i++)
        if (deaths->by[i] > before->by[i])
            return deadly[i];
    return 0;
}
