/* SPDX-License-Identifier: MIT */
#include "run/signals.h"

#include "common/proc.h"
#include "run/group_probe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 10 };

void signals_hold(struct signals *signals)
{
    sigset_t all;
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &signals->mask);
    sigaction(SIGCHLD, &plain, &signals->on_child);
}

void signals_give_back(const struct signals *signals)
{
    sigaction(SIGCHLD, &signals->on_child, NULL);
    sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

int signals_wait(uint64_t nanoseconds, siginfo_t *info)
{
    const uint64_t second = 1000000000;
    struct timespec timeout = {.tv_sec = (time_t)(nanoseconds / second),
                               .tv_nsec = (long)(nanoseconds % second)};
    sigset_t all;
    sigfillset(&all);
    int signal = sigtimedwait(&all, info, &timeout);
    return signal > 0 ? signal : 0;
}

/* What a terminal sends goes to the whole foreground. Alarms do not: they were set by who became
 * the command by exec, and are meant for the program. */
static bool is_from_terminal(const siginfo_t *info)
{
    return info->si_code == SI_KERNEL && info->si_signo != SIGALRM && info->si_signo != SIGVTALRM &&
           info->si_signo != SIGPROF;
}

static bool is_stopped(int pid)
{
    struct proc_stat stat;
    return proc_stat_of(pid, &stat) == 0 && (stat.state == 'T' || stat.state == 't');
}

static bool has_got_it(const struct signals *signals, int pid, const siginfo_t *info)
{
    bool sent = info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL;
    if (sent && (info->si_pid == pid || info->si_pid == getpid()))
        return true;
    if (info->si_signo == SIGCONT) /* a shell sends it to both of us */
        return !is_stopped(pid);
    return getpgid(pid) == getpgrp() &&
           (is_from_terminal(info) || group_probe_has(signals->probe, info->si_signo));
}

static void pass_on(int pid, const siginfo_t *info)
{
    if (info->si_signo == SIGCHLD)
        return;
    if (info->si_code == SI_QUEUE)
        sigqueue(pid, info->si_signo, info->si_value);
    else
        kill(pid, info->si_signo);
}

/* Until it is let go, the program's process is a probe itself. */
void signals_watch(struct signals *signals, int pid, char *last_argument)
{
    siginfo_t info;
    signals->last_argument = last_argument;
    signals->probe = group_probe_make(last_argument);
    while (signals_wait(0, &info) != 0)
        if (!group_probe_has(pid, info.si_signo))
            pass_on(pid, &info);
}

/* What came before the new one was there is known to the old one alone. */
static void change_probe(struct signals *signals, int pid)
{
    siginfo_t info;
    int next = group_probe_make(signals->last_argument);
    while (signals_wait(0, &info) != 0)
        if (!has_got_it(signals, pid, &info))
            pass_on(pid, &info);
    group_probe_end(signals->probe);
    signals->probe = next;
}

void signals_pass(struct signals *signals, int pid, const siginfo_t *info)
{
    if (info->si_signo != SIGCHLD && !has_got_it(signals, pid, info))
        pass_on(pid, info);
    for (int i = 0; i < ROUNDS && group_probe_has_any(signals->probe); i++)
        change_probe(signals, pid);
}

/* Did a shell with job control start us? It gives each job a group of its own, and a terminal to
 * share. */
static bool is_a_job(void)
{
    int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0)
        close(terminal);
    return terminal >= 0 && getpgid(getppid()) != getpgrp();
}

bool signals_stop_with(int pid, int signal)
{
    sigset_t only, blocked;
    struct sigaction plain = {.sa_handler = SIG_DFL}, before = plain;
    if (!is_a_job())
        return false;
    sigemptyset(&only);
    sigaddset(&only, signal);
    sigaction(signal, &plain, &before);
    kill(getpid(), signal);
    sigprocmask(SIG_UNBLOCK, &only, &blocked); /* here the command stands still */
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    sigaction(signal, &before, NULL);
    if (is_stopped(pid)) /* a shell's SIGCONT went to both, another's to the command alone */
        kill(pid, SIGCONT);
    return true;
}

void signals_finish(struct signals *signals)
{
    siginfo_t info;
    group_probe_end(signals->probe);
    while (signals_wait(0, &info) != 0)
        ;
    sigset_t mask = signals->mask;
    sigaddset(&mask, SIGPIPE); /* who reads our verdict may be gone: that is an error to report */
    sigaddset(&mask, SIGXFSZ);
    sigaddset(&mask, SIGTTOU);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}
