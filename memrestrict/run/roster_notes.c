/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "run/descendants.h"

#include <stdatomic.h>

/* By then a call that fails has returned, and one that was killed in the middle is over; in
 * nanoseconds. */
static const uint64_t patience = UINT64_C(2000) * 1000 * 1000;

static bool is_gone(const struct exec_note *note)
{
    struct proc_stat stat = {0};
    int pid = atomic_load(&note->pid);
    if (pid == 0)
        pid = note->parent;
    return !descendants_is_number(pid) || proc_stat_of(pid, &stat) != 0 ||
           (note->start_time != 0 && stat.start_time != note->start_time);
}

static bool is_settled(const struct exec_note *note, uint64_t now)
{
    return (note->flags & EXEC_SHELL) || now - note->when > patience || is_gone(note);
}

void roster_look_at_notes(struct roster *roster, roster_take_note *take, void *context)
{
    struct exec_note note;
    uint64_t now = duration_now();
    for (unsigned i = 0; i < EXEC_NOTES; i++) {
        struct exec_note *place = &roster->accounts->notes.of[i];
        if (exec_note_read(place, &note) && is_settled(&note, now) &&
            exec_note_free(place, &note) && take != NULL)
            take(context, &note);
    }
}

uint64_t roster_notes_lost(const struct roster *roster)
{
    return atomic_load(&roster->accounts->notes.lost);
}
