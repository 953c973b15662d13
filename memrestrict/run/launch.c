/* SPDX-License-Identifier: MIT */
#include "run/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void become(const void *context, int complaint)
{
    const struct launch *launch = context;
    if (variables_set(launch->variables)) {
        signals_give_back(launch->signals);
        if (launch->enter == NULL || launch->enter(launch->context))
            execvp(launch->argv[0], launch->argv);
    }
    int reason = errno;
    ssize_t ignored = write(complaint, &reason, sizeof reason);
    (void)ignored;
}

bool launch_prepare(const struct launch *launch, struct held_child *launched)
{
    return held_child_make(launched, become, launch);
}

int launch_result(struct held_child *launched, bool told)
{
    int reason = 0;
    bool failed = held_child_complains(launched, &reason, sizeof reason);
    if (failed || !told)
        held_child_reap(launched);
    return failed ? reason : told ? 0 : ESRCH;
}

int launch_go(struct held_child *launched)
{
    return launch_result(launched, held_child_let_go(launched));
}

void launch_cancel(struct held_child *launched)
{
    held_child_drop(launched);
    held_child_reap(launched);
}

void launch_let_go_of(int stream)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0 && fcntl(stream, F_GETFD) >= 0)
        dup3(nothing, stream, O_CLOEXEC);
    if (nothing >= 0)
        close(nothing);
}
