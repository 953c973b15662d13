/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "run/descendants.h"

#include <stdatomic.h>

/* To write a note takes microseconds; in nanoseconds. */
static const uint64_t patience = UINT64_C(2000) * 1000 * 1000;

/* One in a PID namespace of its own cannot be looked up by its number. */
static bool is_gone(const struct exec_note *note)
{
    struct proc_stat stat = {0};
    int pid = exec_note_pid(note);
    if (pid == 0)
        pid = note->parent;
    return !descendants_is_number(pid) || proc_stat_of(pid, &stat) != 0 ||
           (stat.state == 'Z' && stat.threads <= 1) ||
           (exec_note_pid(note) != 0 && note->start_time != 0 &&
            stat.start_time != note->start_time);
}

/* Whoever took the place may have been killed before the note was whole. */
static void look_at_begun(struct roster *roster, unsigned index)
{
    struct exec_note *place = &roster->accounts->notes.of[index];
    uint64_t state, now = duration_now();
    int pid;
    if (!exec_note_begun(place, &pid, &state)) {
        roster->note_begun[index] = 0;
    } else if (roster->note_begun[index] != state) {
        roster->note_begun[index] = state;
        roster->note_since[index] = now;
    } else if (now - roster->note_since[index] > patience) {
        exec_note_drop(place, state);
        roster->notes_dropped++;
        roster->note_begun[index] = 0;
    }
}

void roster_look_at_notes(struct roster *roster, const struct roster_note_taker *taker)
{
    struct exec_note note;
    for (unsigned i = 0; i < EXEC_NOTES; i++) {
        struct exec_note *place = &roster->accounts->notes.of[i];
        if (!exec_note_read(place, &note)) {
            look_at_begun(roster, i);
            continue;
        }
        bool gone = is_gone(&note);
        if (taker->is_settled(taker->context, &note, gone) && exec_note_free(place, &note))
            taker->take(taker->context, &note, gone);
    }
}

uint64_t roster_notes_lost(const struct roster *roster)
{
    return atomic_load(&roster->accounts->notes.lost) + roster->notes_dropped;
}
