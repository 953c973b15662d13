/* SPDX-License-Identifier: MIT
 *
 * The few registers of a traced thread that are needed to stop it at an address, whatever its word
 * size.
 */
#ifndef MEMRESTRICT_TRACE_REGISTERS_H
#define MEMRESTRICT_TRACE_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/* False where this machine's are not known, or the thread is gone. */
bool trace_position(int thread, uint64_t *address);
/* The first argument of a function that has just been called. */
bool trace_first_argument(int thread, unsigned bits, uint64_t *value);

/* A place where the thread will stop. */
struct trace_break {
    uint64_t address;
    long saved;
};
bool trace_break_set(int thread, uint64_t address, struct trace_break *at);
/* The thread stopped: is it there? If so, all is as before, and it is about to go on from there. */
bool trace_break_met(int thread, const struct trace_break *at);

/* What the system call does, by the numbers of the program's own kind. */
enum trace_call {
    TRACE_OTHER,
    TRACE_BRK,
    TRACE_MAP,   /* may need memory: mmap, mremap, mprotect */
    TRACE_UNMAP, /* gives some back */
};
enum trace_call trace_call_of(uint32_t arch, uint64_t number);

#endif
