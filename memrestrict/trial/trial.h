/* SPDX-License-Identifier: MIT
 *
 * One run of a program among many: `memrestrict run` started as a child, with the program's input
 * from its beginning, its output kept in files, and a temporary directory of its own; what happened
 * is read back from the JSON that it writes. So what a trial did, its command line does again.
 *
 * Each is a session of its own, without a terminal; whatever it leaves running is ended with it.
 */
#ifndef MEMRESTRICT_TRIAL_H
#define MEMRESTRICT_TRIAL_H

#include "base/site_records.h"
#include "trial/changes.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What all trials of a program share; it may be changed between two starts. Strings are the
 * caller's. */
struct trial_program {
    char **argv;
    const char *limit;       /* as --limit takes it; NULL: none */
    const char *const *more; /* further options of run, ended by NULL; or NULL */
    uint64_t time_limit;     /* nanoseconds; 0: none */
    unsigned depth;          /* frames of a call stack; 0: call sites are not collected */
    bool records;            /* the sites come as those, for who compares many trials */
    unsigned plan_length;    /* each has a fault plan, and of this length at least; 0: as it is */
    bool lost;               /* what is lost at the end is told with the call sites */
    bool files;           /* stdout and stderr are the files themselves, and grow without bounds */
    bool sandbox;         /* each in one (sandbox.h), which trials_sandbox_trouble knows of */
    bool changes;         /* and what it changes in the working directory is caught */
    uint64_t most_output; /* bytes kept of each of stdout and stderr; the rest is cut off */
};

struct trials; /* trials of one program, several at a time */

/* Where its temporary directories are made, and our own stdin (unless that is a terminal, or cannot
 * be read: then the program's is empty). Fewer at a time if there are not the descriptors for it.
 * Signals are held (signal_wait.h) until trials_close. NULL: that could not be done, which was
 * said, or a signal came. */
struct trials *trials_open(const struct trial_program *program, unsigned at_a_time);
/* The file that each has as its stdin, if that is a copy of ours, or is empty; NULL: it is the file
 * that ours is. */
const char *trials_input(const struct trials *trials);
/* Why no trial can have a sandbox here, or none that catches changes; NULL: it can. Static. */
const char *trials_sandbox_trouble(const struct trials *trials, bool changes);
/* Ends what still runs, and takes everything away that was made. If a signal had come, the command
 * ends here by it. NULL is ignored. */
void trials_close(struct trials *trials);

enum trial_end {
    TRIAL_EXITED,    /* with `status` */
    TRIAL_KILLED,    /* by signal `status` */
    TRIAL_TIMED_OUT, /* our time limit ended it */
    TRIAL_FAILED     /* it could not be run: `trouble` says why, `status` is what run exited with */
};

/* A finished one. Freed by trial_free. */
struct trial {
    uint64_t tag; /* the caller's */
    enum trial_end end;
    int status;
    char *trouble;                /* one line; NULL: none */
    char *folder;                 /* its directory, with "stdout" and "stderr", until trial_free */
    uint64_t out_hash, err_hash;  /* of all that was written */
    uint64_t out_size, err_size;  /* bytes */
    uint64_t time;                /* nanoseconds that it took */
    struct changes changes;       /* of the working directory, if they are caught */
    json_t *outcome;              /* what --json wrote; NULL with TRIAL_FAILED alone */
    json_t *sites;                /* what --site-list wrote; NULL: not collected */
    struct site_records *records; /* its sites, if they come as those; else NULL */
};

/* Starts one, with a fault plan (or NULL) and a limit in place of the program's (or NULL). False:
 * it could not be started, which was said, or a signal came. Only while trials_free_places(). */
bool trials_start(struct trials *trials, uint64_t tag, const char *fault, const char *limit);
unsigned trials_free_places(const struct trials *trials);
unsigned trials_running(const struct trials *trials);
/* Waits for one to end, at most `wait` nanoseconds (UINT64_MAX: for ever). NULL: none did; at once
 * if none runs or a signal came (signal_wait_signal). */
struct trial *trials_next(struct trials *trials, uint64_t wait);
void trial_free(struct trial *trial);

#endif
