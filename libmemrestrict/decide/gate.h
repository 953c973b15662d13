/* SPDX-License-Identifier: MIT
 *
 * The order of decisions, and the only place that says no. A call is admitted (charged, or refused
 * with ENOMEM) before the real call is made; then it is committed (entered in the ledger) or
 * cancelled (refunded). What is released is taken out of the ledger before the real call, and
 * restored if that failed. Nothing here calls the real functions, so it runs in plain unit tests.
 */
#ifndef MEMRESTRICT_GATE_H
#define MEMRESTRICT_GATE_H

#include "common/calls.h"
#include "common/config.h"
#include "records/stack.h"

/* `program` is its name in what ON_REFUSAL says, and stays the caller's. */
void gate_start(const struct config *config, const char *program);
/* From now on any heap call may have to fail, in whatever thread, and for good: also once the
 * thread that was armed no longer is. Calls off the fast path look for a plan from then on; only a
 * thread that is armed itself leaves that path. */
void gate_expect_faults(void);
/* The same for scopes, before the first is made. */
void gate_expect_scopes(void);

/* Heap blocks. `size` is what the program asked for; admit sets errno when it returns false. */
bool gate_admit(enum call call, uint64_t size);
/* The same for a block. The plan may say that it fails; more than PTRDIFF_MAX bytes are refused. */
bool gate_admit_block(enum call call, size_t size);
void gate_cancel(uint64_t size);
/* The same after gate_admit_block. */
void gate_cancel_block(uint64_t size);
/* Does the plan say that this call fails? Then it is counted, and errno is set as by a refusal.
 * gate_admit_block asks by itself. */
bool gate_faults(enum call call, uint64_t size);
/* False: the ledger has no room for the block. It is refunded and refused, and the caller gives it
 * back to the allocator.
 * `from` is the frame that asked for it, or one that it called; NULL: the caller of this. */
bool gate_commit(enum call call, const void *block, size_t size, const struct stack_at *from);
/* Takes and refunds the record of a block about to be freed. False: it has none. */
bool gate_release(const void *block);

/* The fast path (interpose_heap.c): for blocks of at most GATE_FAST_LARGEST bytes, while
 * gate_is_fast. These functions are inlined. Unless a comment says otherwise, false means that
 * nothing was done, and that the caller goes on with the slow one. */
enum { GATE_FAST_LARGEST = 0xeffc };
/* Is nothing asked for but counting? Changes for a thread that arms or disarms itself, and in the
 * child of a fork. */
bool gate_is_fast(void);
/* Charges or refuses, as gate_admit_block does. */
bool gate_admit_fast(enum call call, size_t size);
/* Slow: gate_commit. */
bool gate_commit_fast(const void *block, size_t size);
/* Takes the record of a block about to be freed: its size, which the caller refunds. Negative:
 * nothing was done. Slow: gate_release. */
int64_t gate_take_fast(const void *block);
/* Slow: gate_cancel. */
bool gate_refund_fast(size_t size);
/* realloc's, after gate_take_fast: charges what a block grows by. False: nothing is charged, and
 * the record is back in the ledger. */
bool gate_grow_fast(const void *block, size_t old_size, size_t new_size);
/* An address was given back that is in no record. */
void gate_count_unknown(void);

/* realloc: before the real call the old record is taken, and growth charged. */
struct gate_resize {
    enum call call;
    const void *block;
    size_t old_size, new_size;
    bool known;       /* the old block was in the ledger */
    bool inherited;   /* ... and held since before the fork, so that the new one is charged whole */
    uint16_t site;    /* who had it, if call sites are collected */
    uintptr_t caller; /* where the call returns to, as who began it says; 0: not known */
    bool scoped;      /* gate_scopes.h has to do with it, and what follows: */
    uint64_t note;    /* of the old block */
    struct memrestrict_scope *payer, *target; /* of the old block, and the new one; NULL: none */
    struct memrestrict_scope *common;         /* the innermost above both */
};
bool gate_resize_begin(struct gate_resize *resize, enum call call, const void *block,
                       size_t new_size);
/* After it: `moved` is what it returned. A NULL for size 0 means that the block was freed; another
 * NULL that it is still there. Without memory for the record the block goes uncounted: its content
 * may have moved, so it is too late to say no. */
void gate_resize_end(struct gate_resize *resize, const void *moved);

#endif
