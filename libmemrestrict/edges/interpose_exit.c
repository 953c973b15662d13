/* SPDX-License-Identifier: MIT
 *
 * The ways out of a process that run no destructors: the report must be written before them.
 */
#include "edges/exports.h"
#include "common/kernel.h"
#include "edges/lifecycle.h"
#include "decide/membership.h"
#include "ground/real.h"
#include "decide/report.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

EXPORT _Noreturn void _exit(int status)
{
    if (life_active()) {
        membership_note_exit(status);
        report_write();
    }
    if (real._exit != NULL)
        real._exit(status);
    kernel_exit(status);
}

EXPORT _Noreturn void _Exit(int status) { _exit(status); }

/* Its parent ends inside the C library. */
EXPORT int daemon(int stay, int keep)
{
    int (*next)(int, int) = (int (*)(int, int))real_look_up("daemon");
    membership_note_leaving();
    if (next != NULL)
        return next(stay, keep);
    errno = ENOSYS;
    return -1;
}
