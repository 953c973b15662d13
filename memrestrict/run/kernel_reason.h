/* SPDX-License-Identifier: MIT
 *
 * Why the kernel failed a call though the budget had room: looked for in the address space of the
 * process, at once when the command sees that it happened, which is some milliseconds later. Of who
 * has ended by then there is its own word, which its library left in the accounts at that moment;
 * and if it could not look either, the limits that it was started with.
 */
#ifndef MEMRESTRICT_KERNEL_REASON_H
#define MEMRESTRICT_KERNEL_REASON_H

#include "outcome/outcome.h"
#include "run/roster.h"
#include "space/address_space.h"

/* Begins as zeros. */
struct kernel_reason {
    uint64_t next; /* not before */
    bool done;     /* the first one was looked at, or had ended */
    int pid;       /* that one ... */
    uint64_t began;
    char *words; /* ... and why; safe; NULL: not known */
};

void kernel_reason_look(struct kernel_reason *reason, struct roster *roster, uint64_t now);

/* "the heap is boxed in by libc.so.6, 132.0 KiB above the break": why a call for so many bytes
 * would fail there. NULL: nothing speaks against it, or no memory. The caller frees it. */
char *kernel_reason_of(const struct address_space *space, const char *call, uint64_t size);
/* The same by what the process saw itself. */
char *kernel_reason_by_word(const struct roster_process *process);
/* After the end: gives each process of the outcome its reason, as far as there is one. */
void kernel_reason_settle(struct kernel_reason *reason, struct outcome *outcome);
void kernel_reason_free(struct kernel_reason *reason);

#endif
