/* SPDX-License-Identifier: MIT
 *
 * A file that is about to be executed: will the loader load this library into it? Told by the first
 * KiB of it, its mode and its capabilities. Safe in signal handlers and in children of vfork; some
 * 1.5 KiB of stack.
 */
#ifndef MEMRESTRICT_PROGRAM_FILE_H
#define MEMRESTRICT_PROGRAM_FILE_H

#include "common/exec_notes.h"

struct program_file {
    enum exec_kind kind;
    bool missing;   /* there is no such file, or it is no regular one: exec will fail */
    bool is_script; /* the kind is the interpreter's */
    bool is_text;   /* of no format that the kernel knows: execvp hands it to the shell */
    char interpreter[EXEC_NOTE_INTERPRETER]; /* of a script: the end of the last one's path */
};

/* As execveat(2) takes it; `flags` are those of fstatat(2). False: `path` is no string that could
 * be read, and nothing is known. */
bool program_file_look(struct program_file *file, int folder, const char *path, int flags);

#endif
