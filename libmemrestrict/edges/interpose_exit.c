/* SPDX-License-Identifier: MIT
 *
 * The ways out of a process that run no destructors: the report must be written before them.
 */
#include "edges/exports.h"
#include "common/kernel.h"
#include "decide/leaks.h"
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
        leaks_look_now(lifecycle_has_heap());
        report_write();
    }
    if (real._exit != NULL)
        real._exit(status);
    kernel_exit(status);
}

/* The frame stays, with what the callers keep in registers. */
EXPORT _Noreturn void exit(int status)
{
    void (*next)(int) = (void (*)(int))real_look_up("exit"); /* by those that come here alone */
    __builtin_unwind_init();
    leaks_note_exit();
    if (next != NULL)
        next(status);
    _exit(status);
}

EXPORT _Noreturn void _Exit(int status) { _exit(status); }

/* Its parent ends inside the C library. */
EXPORT int daemon(int stay, int keep)
{
    int (*next)(int, int) = (int (*)(int, int))real_look_up("daemon");
    membership_note_leaving();
    if (next == NULL) {
        errno = ENOSYS;
        return -1;
    }
    leaks_begin_daemon(life_active() && lifecycle_has_heap());
    int result = next(stay, keep);
    leaks_end_daemon(result != 0);
    return result;
}
