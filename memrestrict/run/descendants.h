/* SPDX-License-Identifier: MIT
 *
 * What the kernel says of the processes below one: who descends from it, and under which number.
 * A process is known by its number and the time of its start together, for numbers are used again.
 */
#ifndef MEMRESTRICT_DESCENDANTS_H
#define MEMRESTRICT_DESCENDANTS_H

#include "common/proc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kin {
    KIN_GONE,     /* there is no such process, or it has ended */
    KIN_OURS,     /* it is there, and descends from `root` */
    KIN_STRANGER, /* it is there, and does not */
    KIN_UNKNOWN   /* it cannot be seen just now, or its parents changed meanwhile */
};

/* Could this be the number of a process that somebody started? Not 0, 1 or less. */
bool descendants_is_number(int64_t pid);

/* The process of that number and start time; *stat is filled in unless it is KIN_GONE or
 * KIN_UNKNOWN. With `root` 0 all that are there are ours. */
enum kin descendants_find(int root, int pid, uint64_t start_time, struct proc_stat *stat);

/* The descendant of `root` that goes by `inner` in a PID namespace of its own; 0: there is none. */
int descendants_find_inner(int root, int inner, uint64_t start_time);

/* Visits all that descend from `root`, as far as they can be seen, parents first. */
typedef void descendants_visit(void *context, int pid, int parent);
void descendants_each(int root, descendants_visit *visit, void *context);

/* Sends a signal by a descriptor of the process (pidfd_open(2)), and only if it is that process.
 * False: it was not sent. */
bool descendants_signal(int pid, uint64_t start_time, int signal);

/* Who was sent a signal, or is to be: all zeros in the beginning. */
struct descendants_told {
    struct descendant {
        int pid;
        uint64_t start_time; /* 0: it is left alone */
    } * list;
    size_t count;
};
/* All that descend from `root`, began at the time `since` or later and are not in the list. Before
 * a signal is sent: the children of who dies are another's. */
void descendants_note_all(int root, uint64_t since, struct descendants_told *told);
/* Sends it to all in the list, and to those that are new; goes on, some rounds at most, while there
 * are any. */
void descendants_signal_all(int root, uint64_t since, int signal, struct descendants_told *told);
/* For one that is to be left alone as well. False: no memory. */
bool descendants_tell(struct descendants_told *told, int pid);
bool descendants_is_told(const struct descendants_told *told, int pid);
void descendants_told_free(struct descendants_told *told);

#endif
