/* SPDX-License-Identifier: MIT
 *
 * Single figures from the kernel's text files, proc(5).
 */
#ifndef MEMRESTRICT_PROC_H
#define MEMRESTRICT_PROC_H

#include <stdbool.h>
#include <stdint.h>

/* What /proc/PID/stat says of a process. */
enum { PROC_NAME = 16 }; /* as much as the kernel keeps of a name, proc_pid_comm(5) */

struct proc_stat {
    int pid;
    char name[PROC_NAME];
    char state; /* 'R', 'S' ... 'Z' for a zombie */
    int parent;
    unsigned threads;
    uint64_t start_time; /* clock ticks since boot */
    /* Addresses of its memory; 0: not for us to know. */
    uint64_t code, stack, break_start; /* the stack's bottom */
    int status; /* of the dead, as wait(2) has it, if we may know it; else 0 */
};

/* Reads such a file. False: it is not there, or cannot be read. */
bool proc_stat(const char *path, struct proc_stat *stat);
/* The same of a process: 0, or a negative errno value. */
int proc_stat_of(int pid, struct proc_stat *stat);

/* The PID and time namespaces of this process, by which /proc tells IDs and start times, as one
 * number; 0: they cannot be seen. */
uint64_t proc_pid_namespace(void);

/* The bytes that a line "NAME: NUMBER kB" in the first 4 KiB of a file stands for; 0: there is
 * none. `name` has its colon. */
uint64_t proc_bytes(const char *path, const char *name);

/* Who traces this process; 0: nobody. */
int proc_tracer(void);

#endif
