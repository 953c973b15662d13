/* SPDX-License-Identifier: MIT */
#include "base/signal_wait.h"

#include "base/die.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

static void note(int number);

static struct held {
    int number;
    void (*handler)(int);
    struct sigaction before;
} held[] = {
    {.number = SIGINT, .handler = note},     {.number = SIGTERM, .handler = note},
    {.number = SIGHUP, .handler = note},     {.number = SIGQUIT, .handler = note},
    {.number = SIGPIPE, .handler = SIG_IGN}, {.number = SIGXFSZ, .handler = SIG_IGN},
    {.number = SIGCHLD, .handler = SIG_DFL},
};
enum { HELD = sizeof held / sizeof held[0] };

static sigset_t mask_before;
static bool is_held;
static volatile sig_atomic_t caught;

static void note(int number) { caught = number; }

void signal_wait_hold(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    for (unsigned i = 0; i < HELD; i++)
        if (held[i].handler == note)
            sigaddset(&mask, held[i].number);
    sigprocmask(SIG_BLOCK, &mask, &mask_before);
    for (unsigned i = 0; i < HELD; i++) {
        struct sigaction action = {.sa_handler = held[i].handler};
        sigaction(held[i].number, NULL, &held[i].before);
        if (held[i].handler != note || held[i].before.sa_handler != SIG_IGN)
            sigaction(held[i].number, &action, NULL);
    }
    is_held = true;
}

void signal_wait_release(void)
{
    is_held = false;
    for (unsigned i = 0; i < HELD; i++)
        sigaction(held[i].number, &held[i].before, NULL);
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* One that is blocked comes while nothing else is waited for: poll(2) does not look for signals
 * where a descriptor is ready. */
int signal_wait_signal(void)
{
    static const struct timespec none = {0, 0};
    int saved_errno = errno;
    if (is_held && caught == 0)
        ppoll(NULL, 0, &none, &mask_before);
    errno = saved_errno;
    return caught;
}

int signal_wait_poll(struct pollfd *fds, unsigned count, uint64_t nanoseconds)
{
    const uint64_t second = 1000000000;
    struct timespec time = {(time_t)(nanoseconds / second), (long)(nanoseconds % second)};
    if (caught != 0)
        return -1;
    int ready = ppoll(fds, count, nanoseconds == UINT64_MAX ? NULL : &time, &mask_before);
    if (caught != 0)
        return -1;
    return ready < 0 ? 0 : ready;
}

void signal_wait_obey(void)
{
    if (caught != 0)
        die_of(caught);
}
