/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "run/descendants.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

/* To write a note takes microseconds; in nanoseconds. */
static const uint64_t patience = UINT64_C(2000) * 1000 * 1000;
/* The clocks that are compared are as much behind; nanoseconds. */
static const uint64_t coarse = 20 * 1000 * 1000;

/* Times since the boot, of which the other clock may have left some out. */
static bool began_later(const struct proc_stat *stat, const struct exec_note *note)
{
    struct timespec boot;
    uint64_t tick = UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    if (clock_gettime(CLOCK_BOOTTIME, &boot) != 0)
        return false;
    uint64_t since_boot = (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec;
    uint64_t skipped = since_boot - duration_now();
    return stat->start_time * tick > note->when + skipped + coarse;
}

static bool is_another(const struct proc_stat *stat, const struct exec_note *note)
{
    return note->start_time != 0 ? stat->start_time != note->start_time : began_later(stat, note);
}

/* One in a PID namespace of its own cannot be looked up by its number. What the note does not say
 * of who is there is added. */
static bool is_gone(struct exec_note *note)
{
    struct proc_stat stat = {0};
    int pid = exec_note_pid(note);
    bool known = pid != 0;
    if (!known)
        pid = note->parent;
    if (!descendants_is_number(pid) || proc_stat_of(pid, &stat) != 0 ||
        (stat.state == 'Z' && stat.threads <= 1) ||
        (known && !(note->flags & EXEC_SPAWNED) && is_another(&stat, note)))
        return true;
    if (known && note->start_time == 0)
        note->start_time = stat.start_time;
    return false;
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
