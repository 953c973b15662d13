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
/* From now on any heap call may have to fail. */
void gate_expect_faults(void);

/* Heap blocks. `size` is what the program asked for; admit sets errno when it returns false. */
bool gate_admit(enum call call, uint64_t size);
/* The same for a block, which can be no larger than PTRDIFF_MAX. */
bool gate_admit_block(enum call call, size_t size);
void gate_cancel(uint64_t size);
/* Does the plan say that this call fails? Then it is counted, and errno is set as by a refusal.
 * Admit asks by itself for blocks. */
bool gate_faults(enum call call, uint64_t size);
/* False: the block could not be entered; it is refunded and refused, the caller gives it back.
 * `from` is the frame that asked for it, or one that it called; NULL: the caller of this. */
bool gate_commit(enum call call, const void *block, size_t size, const struct stack_at *from);
/* Takes and refunds the record of a block about to be freed. False: it has none. */
bool gate_release(const void *block);

/* A short way for malloc, realloc and free where gate_is_fast: nothing is wanted of a block but
 * that it is counted. That changes at most by a fork, in the child. Each is the usual case of
 * something, to be made part of the caller: false, or negative, is that nothing was done, and the
 * whole is to follow: of commit gate_commit, of take gate_release, of refund gate_cancel. Admit is
 * whole, but for no larger block than this. */
enum { GATE_FAST_LARGEST = 0xeffd };
bool gate_is_fast(void);
bool gate_admit_fast(enum call call, size_t size);
bool gate_commit_fast(const void *block, size_t size);
/* The record of a block about to be freed: its size, which is to be refunded. */
int64_t gate_take_fast(const void *block);
bool gate_refund_fast(size_t size);
/* realloc's: after take, if the block of `old_size` is to grow. False: what was taken is back.
 * Afterwards, where commit or refund does not do, gate_resize_end. */
bool gate_grow_fast(const void *block, size_t old_size, size_t new_size);
void gate_count_unknown(void);

/* realloc: before the real call the old record is taken, and growth charged. */
struct gate_resize {
    enum call call;
    const void *block;
    size_t old_size, new_size;
    bool known;     /* the old block was in the ledger */
    bool inherited; /* ... and held since before the fork, so that the new one is charged whole */
    uint16_t site;  /* who had it, if call sites are collected */
};
bool gate_resize_begin(struct gate_resize *resize, enum call call, const void *block,
                       size_t new_size);
/* After it: `moved` is what it returned. A NULL for size 0 means that the block was freed; another
 * NULL that it is still there. Without memory for the record the block goes uncounted: its content
 * may have moved, so it is too late to say no. */
void gate_resize_end(struct gate_resize *resize, const void *moved);

#endif
