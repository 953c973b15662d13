/* SPDX-License-Identifier: MIT
 *
 * What precedes a call that starts another program: a note of it for the command (exec_notes.h),
 * and what its environment lacks. May all be called by a child of vfork, in the middle of its
 * parent's memory, and by signal handlers: it takes no lock, maps and allocates nothing, changes
 * none but the run's shared memory, and leaves errno alone.
 */
#ifndef MEMRESTRICT_EXEC_NOTE_H
#define MEMRESTRICT_EXEC_NOTE_H

#include "decide/exec_environment.h"

struct exec_call {
    int folder; /* `path` and `flags` are execveat(2)'s */
    const char *path;
    int flags;
    const char *search;       /* folders, with colons between, where execvp looks; NULL: nowhere */
    bool by_shell;            /* the shell runs what the kernel does not know, as execvp has it */
    bool spawned;             /* in a child */
    bool moved;               /* which may see other files than we do */
    char *const *environment; /* of the program */
};

struct exec_begun {
    struct exec_note *note; /* NULL: none */
    uint64_t number;
    struct exec_lack lack;
    bool becomes; /* this process itself is to be the program */
};

void exec_begin(struct exec_begun *begun, const struct exec_call *call);
/* The call returned, and nothing was started. */
void exec_failed(const struct exec_begun *begun);
/* The child of that ID has started. */
void exec_spawned(const struct exec_begun *begun, int pid);

/* system and popen start their shell where nobody can step in between: notes it if it will not be
 * limited with this environment. */
void exec_note_shell(char *const *environment);

#endif
