/* SPDX-License-Identifier: MIT */
#include "layout/trace_stops.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* Takes the end of a thread or of all into account. True: it is a stop. */
static bool note(struct tracing *tracing, int thread, int status)
{
    if (WIFSTOPPED(status))
        return true;
    if (thread == tracing->pid) {
        tracing->ended = true;
        tracing->end = status;
    }
    for (size_t i = 0; i < tracing->thread_count; i++)
        if (tracing->threads[i].id == thread)
            tracing->threads[i] = tracing->threads[--tracing->thread_count];
    return false;
}

bool trace_next(struct tracing *tracing, struct traced_stop *stop)
{
    while (!tracing->ended) {
        if (tracing->waiting_count > 0) {
            *stop = tracing->waiting[--tracing->waiting_count];
            return true;
        }
        stop->thread = waitpid(-1, &stop->status, __WALL);
        if (stop->thread < 0 && errno != EINTR)
            return false;
        if (stop->thread > 0 && note(tracing, stop->thread, stop->status))
            return true;
    }
    return false;
}

enum trace_kind trace_kind(const struct traced_stop *stop)
{
    int event = stop->status >> 16, signal = WSTOPSIG(stop->status);
    if (signal == (SIGTRAP | 0x80))
        return TRACE_AT_CALL;
    if (event == PTRACE_EVENT_EXIT)
        return TRACE_AT_EXIT;
    if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
        return TRACE_AT_GROUP_STOP;
    return event == 0 ? TRACE_AT_SIGNAL : TRACE_AT_OTHER;
}

static void keep(struct tracing *tracing, int thread, int status)
{
    struct traced_stop *more =
        realloc(tracing->waiting, (tracing->waiting_count + 1) * sizeof *more);
    if (more == NULL)
        return;
    tracing->waiting = more;
    more[tracing->waiting_count++] = (struct traced_stop){thread, status};
}

static bool is_waiting(const struct tracing *tracing, int thread)
{
    for (size_t i = 0; i < tracing->waiting_count; i++)
        if (tracing->waiting[i].thread == thread)
            return true;
    return false;
}

void trace_stop_others(struct tracing *tracing, int thread)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/task", tracing->pid);
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        int other = atoi(entry->d_name), status, got;
        if (other <= 0 || other == thread || is_waiting(tracing, other) ||
            ptrace(PTRACE_INTERRUPT, other, NULL, NULL) != 0)
            continue;
        while ((got = waitpid(other, &status, __WALL)) < 0 && errno == EINTR)
            ;
        if (got == other && note(tracing, other, status))
            keep(tracing, other, status);
    }
    if (folder != NULL)
        closedir(folder);
}

struct traced_thread *trace_thread(struct tracing *tracing, int thread)
{
    for (size_t i = 0; i < tracing->thread_count; i++)
        if (tracing->threads[i].id == thread)
            return &tracing->threads[i];
    struct traced_thread *more =
        realloc(tracing->threads, (tracing->thread_count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    tracing->threads = more;
    more[tracing->thread_count] = (struct traced_thread){.id = thread};
    return &more[tracing->thread_count++];
}
