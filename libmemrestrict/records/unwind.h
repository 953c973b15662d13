/* SPDX-License-Identifier: MIT
 *
 * How to get from a frame to its caller's, from the call frame information (.eh_frame) that every
 * compiler writes for x86 and AArch64. Only what a frame's address and a caller's frame pointer
 * need is kept: eight bytes, that can be cached. Pure: no lock, no allocation, no system call.
 */
#ifndef MEMRESTRICT_UNWIND_H
#define MEMRESTRICT_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

enum unwind_kind {
    UNWIND_UNKNOWN, /* nothing is said about this address, or more than is understood here */
    UNWIND_END,     /* the outermost frame */
    UNWIND_FROM_SP, /* the canonical frame address is the stack pointer plus `cfa` ... */
    UNWIND_FROM_FP, /* ... the frame pointer plus `cfa` ... */
    UNWIND_AT_FP,   /* ... or the word at that: a function that aligned its stack; see `fp` */
    UNWIND_SIGNAL   /* a frame that the kernel made to call a handler */
};

struct unwind_rule {
    uint64_t kind : 4; /* enum unwind_kind */
    int64_t cfa : 28;  /* bytes */
    int64_t ra : 16;   /* the return address is so many words from the canonical frame address */
    int64_t fp : 16;   /* and so is the caller's frame pointer, 0: it is still in its register. With
                          UNWIND_AT_FP it is so many words from this frame's own frame pointer */
};
_Static_assert(sizeof(struct unwind_rule) == 8, "fits a cache's word");

/* Can stacks be taken on this kind of machine? */
bool unwind_is_known_machine(void);

/* The rule for the instruction at `pc`, by the .eh_frame_hdr of the object that it is in. */
struct unwind_rule unwind_find(const void *eh_frame_hdr, uintptr_t pc);

#endif
