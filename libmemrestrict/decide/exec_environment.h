/* SPDX-License-Identifier: MIT
 *
 * The environment of programs that this one starts: what it lacks of what the command gave us (the
 * preload, and the settings) is put back, and taken out again when the library has started there,
 * so that the program finds the environment that it was given. Under the command only. What was
 * given is kept from the start on, and constant.
 */
#ifndef MEMRESTRICT_EXEC_ENVIRONMENT_H
#define MEMRESTRICT_EXEC_ENVIRONMENT_H

#include "common/exec_notes.h"

#include <stddef.h>

/* At the start, when the settings have been read: keeps what the command gave, and takes out of
 * `environment`, in place, what was put back for our sake alone. Without `follow`
 * (--no-follow) nothing is put back, but what lacks is seen. */
void exec_environment_start(char **environment, bool follow);
/* Takes it out of another array as well: the kernel's, when somebody has made a copy since. */
void exec_environment_clean(char **environment);
/* Is there anything to be kept? */
bool exec_environment_is_kept(void);

/* What becomes of an environment. */
enum exec_fate {
    EXEC_WHOLE,   /* nothing to do: it has all, or there is nothing to be kept */
    EXEC_LACKS,   /* to be put back */
    EXEC_REPLACED /* another preload stands there, or it is not to be or cannot be put back */
};
struct exec_lack {
    enum exec_fate fate;
    unsigned missing; /* a bit for each thing kept that it lacks */
    size_t entries;   /* for the array with them, its final NULL too */
    bool unreachable; /* EXEC_REPLACED because the library cannot be read from here */
};
/* `environment` as execve(2) takes it, NULL too. `kind`: of the program. All that follows may be
 * called by a child of vfork. */
struct exec_lack exec_environment_look(char *const *environment, enum exec_kind kind);

enum { EXEC_MARKER = 320, EXEC_ENTRIES = 2048 };
/* Fills `whole`, of lack->entries, and the text that one of them will be. */
void exec_environment_fill(const struct exec_lack *lack, char *const *environment, char **whole,
                           char marker[EXEC_MARKER]);

#endif
