/* SPDX-License-Identifier: MIT */
#include "layout/trace.h"

#include "base/message.h"
#include "layout/trace_main.h"
#include "layout/trace_registers.h"
#include "layout/trace_stops.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static bool look(struct tracing *tracing, int thread, const char *where)
{
    trace_stop_others(tracing, thread);
    tracing->looked = tracing->start->look(tracing->start->into, tracing->pid, where);
    tracing->failed = !tracing->looked;
    return tracing->looked;
}

/* What the kernel counts as the process's own: VmData and VmStk. */
static uint64_t private_bytes(int pid)
{
    char path[40];
    unsigned long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return (uint64_t)pages * 4096;
}

/* Something is about to be given back: was there more of it than ever? */
static void look_at_peak(struct tracing *tracing, int thread)
{
    uint64_t bytes = private_bytes(tracing->pid);
    if (bytes <= tracing->peak)
        return;
    tracing->peak = bytes;
    look(tracing, thread, "at its peak");
}

static const char *call_name(enum trace_call call) { return call == TRACE_BRK ? "brk" : "mmap"; }

/* True: this is the moment, and was looked at, or could not be. */
static bool at_system_call(struct tracing *tracing, int thread)
{
    struct __ptrace_syscall_info info;
    struct traced_thread *here = trace_thread(tracing, thread);
    long size = ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info);
    if (size <= 0 || here == NULL)
        return false;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        here->arch = info.arch;
        here->number = info.entry.nr;
        here->argument = info.entry.args[0];
        enum trace_call call = trace_call_of(info.arch, info.entry.nr);
        if (tracing->start->moment == START_PEAK && call != TRACE_OTHER)
            look_at_peak(tracing, thread);
        return tracing->failed;
    }
    if (tracing->start->moment != START_REFUSAL || info.op != PTRACE_SYSCALL_INFO_EXIT)
        return false;
    enum trace_call call = trace_call_of(here->arch, here->number);
    bool refused = call == TRACE_MAP ? info.exit.is_error && info.exit.rval == -ENOMEM
                                     : call == TRACE_BRK && here->argument != 0 &&
                                           here->argument > (uint64_t)info.exit.rval;
    char where[64];
    snprintf(where, sizeof where, "where the kernel refused %s", call_name(call));
    if (refused)
        look(tracing, thread, where);
    return refused;
}

/* True: this is the moment. */
static bool at_signal(struct tracing *tracing, int thread, int signal)
{
    if (tracing->start->moment != START_REFUSAL || signal != SIGSTOP ||
        tracing->start->variables->name == NULL)
        return false;
    look(tracing, thread, "where its budget refused");
    return true;
}

static bool at_exit(struct tracing *tracing, int thread)
{
    if (thread != tracing->pid)
        return false;
    if (tracing->start->moment == START_PEAK)
        look_at_peak(tracing, thread);
    else if (tracing->start->moment == START_EXIT)
        look(tracing, thread, "at its end");
    return tracing->failed;
}

/* Lets the program run on until the moment, or to its end. */
static void run(struct tracing *tracing)
{
    bool calls = tracing->start->moment == START_REFUSAL || tracing->start->moment == START_PEAK;
    struct traced_stop stop;
    while (trace_next(tracing, &stop)) {
        bool over = false;
        int signal = 0;
        switch (trace_kind(&stop)) {
        case TRACE_AT_CALL: over = at_system_call(tracing, stop.thread); break;
        case TRACE_AT_EXIT: over = at_exit(tracing, stop.thread); break;
        case TRACE_AT_SIGNAL:
            signal = WSTOPSIG(stop.status);
            over = at_signal(tracing, stop.thread, signal);
            break;
        case TRACE_AT_GROUP_STOP: ptrace(PTRACE_LISTEN, stop.thread, NULL, NULL); continue;
        case TRACE_AT_OTHER: break;
        }
        if (over)
            return;
        ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, stop.thread, NULL, (void *)(long)signal);
    }
}

static void say_not_come(const struct tracing *tracing)
{
    static const char *const why[] = {
        [START_START] = "before it began",
        [START_MAIN] = "before it came to main",
        [START_EXIT] = "without a look at its end",
        [START_REFUSAL] = "and was refused nothing",
        [START_PEAK] = "before anything could be seen",
    };
    const char *words = why[tracing->start->moment];
    if (WIFSIGNALED(tracing->end))
        message("%s: was killed by signal %d %s", tracing->start->argv[0], WTERMSIG(tracing->end),
                words);
    else
        message("%s: ended with status %d %s", tracing->start->argv[0], WEXITSTATUS(tracing->end),
                words);
}

bool trace_to_moment(struct tracing *tracing)
{
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT;
    struct traced_stop stop;
    const char *where = "before its first instruction";
    bool stopped = trace_next(tracing, &stop) &&
                   ptrace(PTRACE_SETOPTIONS, stop.thread, NULL, (void *)options) == 0;
    enum start_moment moment = tracing->start->moment;
    if (stopped && moment == START_MAIN)
        stopped = trace_go_to_main(tracing, &where);
    if (stopped && moment <= START_MAIN) {
        look(tracing, tracing->pid, where);
    } else if (stopped) {
        bool calls = moment == START_REFUSAL || moment == START_PEAK;
        ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, tracing->pid, NULL, NULL);
        run(tracing);
    }
    if (!tracing->looked && !tracing->failed)
        say_not_come(tracing);
    return tracing->looked;
}

void trace_finish(struct tracing *tracing)
{
    int status;
    if (!tracing->ended)
        kill(tracing->pid, SIGKILL);
    while (!tracing->ended) {
        int thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno != EINTR)
            break;
        if (thread == tracing->pid && !WIFSTOPPED(status))
            tracing->ended = true;
        else if (thread > 0 && WIFSTOPPED(status))
            ptrace(PTRACE_CONT, thread, NULL, NULL); /* at its end it stops once more */
    }
    free(tracing->threads);
    free(tracing->waiting);
}
