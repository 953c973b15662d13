/* SPDX-License-Identifier: MIT
 *
 * What the programs of a run are about to become: a process that calls exec or posix_spawn writes a
 * note first, so that a program that the library never gets into, and that may be gone before
 * anybody looks, is known all the same. A note is taken back if the call returns. Compiled into
 * both; part of the accounts (accounts.h).
 *
 * A fixed number of places. Whoever writes takes a free one by a single swap, so all of this may be
 * used by a child of vfork, in the middle of its parent's memory, and by a signal handler: no lock,
 * no system call. The command makes places free again. Each use of a place has another number, so
 * that who comes late finds that it is no longer theirs.
 */
#ifndef MEMRESTRICT_EXEC_NOTES_H
#define MEMRESTRICT_EXEC_NOTES_H

#include <stdbool.h>
#include <stdint.h>

enum { EXEC_NOTES = 1024, EXEC_NOTE_PATH = 144, EXEC_NOTE_INTERPRETER = 48 };

/* Will the library be loaded into that program, as far as its file and environment show? */
enum exec_kind {
    EXEC_DYNAMIC, /* it will, and joins by itself */
    EXEC_STATIC,
    EXEC_PRIVILEGED, /* set-user-ID and the like: the loader ignores the library */
    EXEC_OTHER_CLASS,
    EXEC_OTHER_MACHINE,
    EXEC_CLEANED,      /* started without the library in its environment, and it was left so */
    EXEC_OUT_OF_REACH, /* the same, because the library cannot be read from there */
    EXEC_UNKNOWN,      /* its file cannot be read, or is of no format that we know */
    EXEC_KINDS
};

enum exec_note_flag {
    EXEC_SCRIPT = 1,   /* `path` is a script's, and the kind is its interpreter's */
    EXEC_SPAWNED = 2,  /* by posix_spawn, system or popen: `parent` goes on */
    EXEC_PUT_BACK = 4, /* its environment lacked the library, which was put back */
    EXEC_ALONE = 16,   /* the accounts cannot be opened from there: it will not join */
    EXEC_SHELL = 8     /* by system or popen, and sure to be as `kind` says: `pid` stays unknown */
};

/* Whoever is about to start a program that the library does not get into asks the command to limit
 * that by other means, and waits for the answer: until it gives up, and goes on. */
enum exec_handed { EXEC_NOT_ASKED, EXEC_ASKS, EXEC_TAKEN, EXEC_NOT_TAKEN, EXEC_GAVE_UP };

struct exec_note {
    _Atomic uint64_t state; /* number of this use << 2 | enum exec_note_state */
    _Atomic uint64_t who;   /* low half of that number << 32 | process ID of who becomes it; 0 for
                               that: a child of `parent` whose ID is not known (yet) */
    uint64_t start_time;    /* of that process, as in struct account; 0: unknown, as in a child of
                               vfork, which has no place and for which to ask would take long */
    uint64_t when;          /* CLOCK_MONOTONIC_COARSE, in nanoseconds */
    uint64_t joined; /* slots that had been taken by then: who joins as it gets a later one */
    uint32_t kind;   /* enum exec_kind */
    uint32_t flags;  /* set of enum exec_note_flag */
    int32_t parent;  /* of who becomes it; with EXEC_SPAWNED, who called */
    char path[EXEC_NOTE_PATH];               /* the end of it, if it is longer */
    char interpreter[EXEC_NOTE_INTERPRETER]; /* of a script: the end of its path */
    _Atomic int32_t handed;                  /* enum exec_handed */
    int32_t thread;                          /* that asked */
    char unused[4];
};
_Static_assert(sizeof(struct exec_note) == 256, "whole cache lines");

enum exec_note_state { EXEC_NOTE_FREE, EXEC_NOTE_BEGUN, EXEC_NOTE_WRITTEN };

struct exec_notes {
    _Atomic uint64_t
        lost; /* notes that there was no place for: what became of those is not known */
    _Atomic uint32_t next;  /* where to look for a free place */
    _Atomic uint32_t asked; /* so often */
    struct exec_note of[EXEC_NOTES];
};

/* Takes a place. NULL: none is free, which is counted. *number is its number, for what follows; the
 * note is the caller's to fill in. */
struct exec_note *exec_notes_begin(struct exec_notes *notes, int pid, uint64_t *number);
/* The note is whole: from here on it may be read. */
void exec_note_publish(struct exec_note *note, uint64_t number);
/* The child has that ID. Nothing, if the place is another's by now. */
void exec_note_set_pid(struct exec_note *note, uint64_t number, int pid);
/* It was not so after all, or all of it is known. Nothing, if the place is another's by now. */
void exec_note_withdraw(struct exec_note *note, uint64_t number);

/* A path into a field of `room` bytes: its end, with a final zero, if it is longer. */
void exec_note_set_path(char *field, unsigned room, const char *path);

/* Waits for the command's answer, two seconds at most, or until the command is gone, which is asked
 * now and then; gives up then. True: it is taken. */
bool exec_note_is_taken(struct exec_note *note, bool (*is_gone)(const void *), const void *context);

/* For the command. A copy of the note, if it is whole and stays so meanwhile; strings in it end.
 * False: there is none at that place. Anybody of the run may have written anything there. */
bool exec_note_read(struct exec_note *note, struct exec_note *copy);
/* Of a copy: its process; 0: not known. */
int exec_note_pid(const struct exec_note *copy);
/* The note that was read is dealt with. False: it was withdrawn meanwhile. */
bool exec_note_free(struct exec_note *note, const struct exec_note *copy);
/* Of one that asks: the answer. False: it waits no more. */
bool exec_note_answer(struct exec_note *note, enum exec_handed answer);
/* Is the place taken, and was not written to the end? By whom, and its state now. */
bool exec_note_begun(const struct exec_note *note, int *pid, uint64_t *state);
/* Makes such a one free, unless it is in another state by now. */
void exec_note_drop(struct exec_note *note, uint64_t state);

#endif
