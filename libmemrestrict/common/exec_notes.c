/* SPDX-License-Identifier: MIT */
#include "common/exec_notes.h"

#include "common/kernel.h"

#include <stdatomic.h>
#include <string.h>

enum { STATE_BITS = 2, STATE = (1 << STATE_BITS) - 1 };

static uint64_t state_of(uint64_t number, enum exec_note_state state)
{
    return number << STATE_BITS | state;
}

static uint64_t who_of(uint64_t number, int pid) { return number << 32 | (uint32_t)pid; }

static bool swap(struct exec_note *note, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(&note->state, &from, to);
}

struct exec_note *exec_notes_begin(struct exec_notes *notes, int pid, uint64_t *number)
{
    uint32_t first = atomic_fetch_add(&notes->next, 1);
    for (uint32_t i = 0; i < EXEC_NOTES; i++) {
        struct exec_note *note = &notes->of[(first + i) % EXEC_NOTES];
        uint64_t state = atomic_load_explicit(&note->state, memory_order_relaxed);
        *number = state >> STATE_BITS;
        if ((state & STATE) != EXEC_NOTE_FREE ||
            !swap(note, state, state_of(*number, EXEC_NOTE_BEGUN)))
            continue;
        atomic_store(&note->who, who_of(*number, pid));
        return note;
    }
    atomic_fetch_add(&notes->lost, 1);
    return NULL;
}

void exec_note_publish(struct exec_note *note, uint64_t number)
{
    swap(note, state_of(number, EXEC_NOTE_BEGUN), state_of(number, EXEC_NOTE_WRITTEN));
}

void exec_note_set_pid(struct exec_note *note, uint64_t number, int pid)
{
    uint64_t unknown = who_of(number, 0);
    atomic_compare_exchange_strong(&note->who, &unknown, who_of(number, pid));
}

void exec_note_withdraw(struct exec_note *note, uint64_t number)
{
    swap(note, state_of(number, EXEC_NOTE_WRITTEN), state_of(number + 1, EXEC_NOTE_FREE));
}

static bool answer(struct exec_note *note, int32_t with)
{
    int32_t asks = EXEC_ASKS;
    return atomic_compare_exchange_strong(&note->handed, &asks, with);
}

bool exec_note_is_taken(struct exec_note *note, bool (*is_gone)(const void *), const void *context)
{
    const uint64_t patience = UINT64_C(2000) * 1000 * 1000;
    enum { WAIT_MS = 100 };
    uint64_t began = kernel_clock();
    while (atomic_load(&note->handed) == EXEC_ASKS && kernel_clock() - began < patience)
        if (!kernel_wait_shared(&note->handed, EXEC_ASKS, WAIT_MS) && is_gone(context))
            break;
    return !answer(note, EXEC_GAVE_UP) && atomic_load(&note->handed) == EXEC_TAKEN;
}

bool exec_note_answer(struct exec_note *note, enum exec_handed with)
{
    bool waits = answer(note, (int32_t)with);
    if (waits)
        kernel_wake_shared(&note->handed);
    return waits;
}

void exec_note_set_path(char *field, unsigned room, const char *path)
{
    size_t length = strlen(path), kept = length < room ? length : room - 1;
    memcpy(field, path + length - kept, kept);
    field[kept] = '\0';
}

bool exec_note_read(struct exec_note *note, struct exec_note *copy)
{
    uint64_t state = atomic_load(&note->state);
    if ((state & STATE) != EXEC_NOTE_WRITTEN)
        return false;
    memcpy(copy, note, sizeof *copy);
    atomic_thread_fence(memory_order_seq_cst);
    copy->path[EXEC_NOTE_PATH - 1] = copy->interpreter[EXEC_NOTE_INTERPRETER - 1] = '\0';
    copy->kind = copy->kind < EXEC_KINDS ? copy->kind : EXEC_UNKNOWN;
    atomic_store(&copy->state, state);
    return atomic_load(&note->state) == state;
}

int exec_note_pid(const struct exec_note *copy) { return (int)(uint32_t)atomic_load(&copy->who); }

bool exec_note_free(struct exec_note *note, const struct exec_note *copy)
{
    uint64_t state = atomic_load(&copy->state);
    return swap(note, state, state_of((state >> STATE_BITS) + 1, EXEC_NOTE_FREE));
}

bool exec_note_begun(const struct exec_note *note, int *pid, uint64_t *state)
{
    *state = atomic_load(&note->state);
    *pid = exec_note_pid(note);
    return (*state & STATE) == EXEC_NOTE_BEGUN;
}

void exec_note_drop(struct exec_note *note, uint64_t state)
{
    swap(note, state, state_of((state >> STATE_BITS) + 1, EXEC_NOTE_FREE));
}
