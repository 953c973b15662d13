/* SPDX-License-Identifier: MIT
 *
 * A limit for what a submission writes to its standard streams. It writes into pipes, and threads
 * of ours pass on as many bytes as it may write, of both streams together, and no byte more. A
 * stop at each write would cost its time instead, and the limit of a file's size knows no pipe.
 */
#ifndef MEMRESTRICT_JUDGE_OUTPUT_H
#define MEMRESTRICT_JUDGE_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct judge_output;

struct judge_stream {
    struct judge_output *output;
    int read, write; /* of the pipe; -1: there is none */
    int to;          /* stdout or stderr */
    bool runs;
    pthread_t thread;
};

struct judge_output {
    struct judge_stream streams[2]; /* where both go to one place, the first has both */
    bool joined;
    pthread_t watcher; /* gets a SIGCHLD when there was too much */
    pthread_mutex_t lock;
    uint64_t left; /* under the lock, as is the rest */
    bool over;
    unsigned open; /* streams that are being passed on */
};

/* The pipes; nothing for a limit of UINT64_MAX. False: with errno. */
bool judge_output_open(struct judge_output *output, uint64_t limit);
/* In the submission's process: its ends become its streams. False: errno. */
bool judge_output_enter(const struct judge_output *output);
/* In ours: begins to pass on. False: with errno. */
bool judge_output_begin(struct judge_output *output);
/* Was there more than it may write? */
bool judge_output_is_over(struct judge_output *output);
/* When nobody is there to write any more: waits until all has been passed on, at most so many
 * nanoseconds (UINT64_MAX: for ever), for who reads it may never do so. False: it was not. */
bool judge_output_end(struct judge_output *output, uint64_t nanoseconds);

#endif
