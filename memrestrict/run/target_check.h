/* SPDX-License-Identifier: MIT
 *
 * Looks at a program before it is started: will the library be loaded into it, and will its
 * malloc be ours? What will not is found here by reading its file, and said; the program is run
 * all the same.
 */
#ifndef MEMRESTRICT_TARGET_CHECK_H
#define MEMRESTRICT_TARGET_CHECK_H

#include "run/library.h"

#include <stdbool.h>

enum target_trouble {
    TARGET_FINE,
    TARGET_STATIC,
    TARGET_PRIVILEGED,  /* set-user-ID and the like: the loader ignores LD_PRELOAD */
    TARGET_OTHER_CLASS, /* the other word size, and there is no library of it */
    TARGET_OTHER_MACHINE,
    TARGET_OWN_MALLOC
};

struct target {
    enum target_trouble trouble;
    bool is_musl;           /* its C library does not tell how a program exits */
    char path[PATH_MAX];    /* the executable that was found last: the interpreter, for a script */
    char missing[PATH_MAX]; /* an interpreter or loader that is not there; empty: all are */
};

/* `name` as execvp(3) takes it. What cannot be found or read is fine: exec will say. */
void target_check(struct target *target, const char *name, const struct library *library);

/* Why it is not limited, and what to do instead: for "PROGRAM ...". NULL: it is fine. Static. */
const char *target_words(enum target_trouble trouble);

/* The same in few words, for "not limited: PROGRAM: ...". */
const char *target_why(enum target_trouble trouble);

#endif
