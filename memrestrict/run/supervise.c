/* SPDX-License-Identifier: MIT */
#include "run/supervise.h"

#include "base/duration.h"
#include "run/descendants.h"

#include <errno.h>
#include <sys/wait.h>
#include <time.h>

static const uint64_t never = UINT64_MAX;
static const uint64_t least_pause =
    20 * 1000 * 1000; /* nanoseconds between two looks at the accounts */
static const uint64_t most_pause = 200 * 1000 * 1000; /* who waits for a place is not patient */
enum { SHARE = 20 }; /* they take 1/SHARE of a processor at most, up to that pause */

/* When to do what next. */
struct clock {
    uint64_t look, sample, layout, term, kill;
};

static uint64_t after(uint64_t now, uint64_t pause)
{
    return pause > never - now ? never : now + pause;
}

static uint64_t earliest(const struct clock *clock)
{
    uint64_t next = clock->look;
    next = clock->sample < next ? clock->sample : next;
    next = clock->layout < next ? clock->layout : next;
    next = clock->term < next ? clock->term : next;
    return clock->kill < next ? clock->kill : next;
}

/* To the program, which nobody has waited for yet, and to what it started; the second signal,
 * unless it is 0, to the same. */
static void send_all(const struct supervision *attend, int pid, int first, int second)
{
    if (attend->engine->signal != NULL) {
        attend->engine->signal(attend->state, first);
        if (second != 0)
            attend->engine->signal(attend->state, second);
        return;
    }
    const int signals[] = {first, second};
    struct descendants_told told = {.count = 0};
    roster_note(attend->roster, pid, attend->signals->probe, &told);
    for (size_t i = 0; i < 2 && signals[i] != 0; i++) {
        kill(pid, signals[i]);
        roster_signal(attend->roster, signals[i], pid, &told);
    }
    descendants_told_free(&told);
}

static void end_it(const struct supervision *attend, struct outcome *outcome, struct clock *clock,
                   uint64_t now)
{
    if (now >= clock->term) {
        outcome->timed_out = true;
        clock->term = never;
        clock->kill = attend->kill_after != 0 ? after(now, attend->kill_after) : never;
        send_all(attend, outcome->pid, SIGTERM, SIGCONT);
    } else if (now >= clock->kill) {
        clock->kill = never;
        send_all(attend, outcome->pid, SIGKILL, 0);
    }
}

/* Not the time that passed: on a busy machine most of that was others', and pauses would become so
 * long that the dead fill the accounts. */
static uint64_t time_spent(void)
{
    struct timespec spent = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (uint64_t)spent.tv_sec * 1000000000 + (uint64_t)spent.tv_nsec;
}

static void look(const struct supervision *attend, struct clock *clock)
{
    uint64_t before = time_spent();
    reap_look(attend->reap, attend->roster);
    if (attend->watch != NULL)
        engine_watch_look(attend->watch, attend->signals->probe);
    uint64_t pause = (time_spent() - before) * SHARE;
    pause = pause < most_pause ? pause : most_pause;
    if (pause < least_pause || roster_is_crowded(attend->roster))
        pause = least_pause;
    clock->look = after(duration_now(), pause);
}

static void sample(const struct supervision *attend, struct clock *clock, uint64_t now)
{
    attend->on_sample(attend->context, now);
    clock->sample += attend->interval;
    if (clock->sample <= now) /* the machine is busy, or we were stopped */
        clock->sample = now + attend->interval;
}

static void do_what_is_due(const struct supervision *attend, struct outcome *outcome,
                           struct clock *clock)
{
    uint64_t now = duration_now();
    end_it(attend, outcome, clock, now);
    if (now >= clock->sample)
        sample(attend, clock, now);
    if (now >= clock->layout)
        clock->layout = after(now, layout_run_look(attend->layout, now));
    if (now >= clock->look)
        look(attend, clock);
}

static bool take_change(int pid, int which, siginfo_t *info)
{
    *info = (siginfo_t){0};
    return waitid(P_PID, (id_t)pid, info, which | WNOHANG) == 0 && info->si_pid == pid;
}

/* Has the program ended, or stopped? False: it has ended, and *status says how. */
static bool goes_on(const struct supervision *attend, int pid, int *status)
{
    siginfo_t info;
    if (attend->engine->attend != NULL)
        return !attend->engine->attend(attend->state, status);
    taken_attend(attend->taken);
    if (taken_has_ended(attend->taken, status))
        return false;
    bool is_taken = taken_has(attend->taken, pid);
    while (!is_taken && take_change(pid, WEXITED | WSTOPPED | WNOWAIT, &info)) {
        if (info.si_code != CLD_STOPPED) {
            reap_see_dead(attend->reap); /* while it is there to be seen */
            break;
        }
        if (take_change(pid, WSTOPPED, &info) && !signals_stop_with(pid, info.si_status))
            return true;
    }
    orphans_take(attend->orphans, pid, attend->signals->probe, attend->taken);
    pid_t changed = is_taken ? 0 : waitpid(pid, status, WNOHANG);
    return changed == 0 || (changed < 0 && errno == EINTR);
}

static void note_end(struct outcome *outcome, int status)
{
    outcome->ended = duration_now();
    outcome->exited = WIFEXITED(status);
    outcome->status = outcome->exited ? WEXITSTATUS(status) : WTERMSIG(status);
    outcome->core_dumped = !outcome->exited && WCOREDUMP(status);
}

/* Then SIGCHLD comes with every stop. */
static bool is_tracing(const struct supervision *attend)
{
    return attend->engine->attend != NULL || taken_is_any(attend->taken);
}

void supervise(const struct supervision *attend, struct outcome *outcome)
{
    siginfo_t info;
    int status = 0, pid = outcome->pid;
    struct clock clock = {
        .look = after(outcome->began, least_pause),
        .sample = attend->interval != 0 ? outcome->began : never,
        .layout = attend->layout != NULL ? outcome->began : never,
        .term = attend->time_limit != 0 ? after(outcome->began, attend->time_limit) : never,
        .kill = never,
    };
    taken_watch(attend->taken, pid);
    while (goes_on(attend, pid, &status)) {
        uint64_t now = duration_now(), next = earliest(&clock);
        bool is_due = signals_wait(next > now ? next - now : 0, &info) == 0;
        if (!is_due && (info.si_signo != SIGCHLD || !is_tracing(attend)))
            signals_pass(attend->signals, pid, &info);
        else if (is_due || duration_now() >= next)
            do_what_is_due(attend, outcome, &clock);
    }
    note_end(outcome, status);
    taken_end(attend->taken);
    if (attend->interval != 0)
        attend->on_sample(attend->context, outcome->ended);
}
