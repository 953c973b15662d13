/* SPDX-License-Identifier: MIT
 *
 * The gate's decisions where scopes have to do with a block: its thread is in one, or one has paid
 * for it. A block is charged to the innermost scope of the thread that asked for it, and to all
 * above; its entry in the ledger has that scope's number for a note,
 * and the caller's. A block that grows is charged
 * anew, whole, to the scope of who lets it grow; one that shrinks stays whose it is. A block of no
 * bytes is nobody's.
 *
 * A scope's refusal is the program's own: errno is ENOMEM and the scope counts it, but it is none
 * of the process's, so that it is not said, and opens no reserve.
 */
#ifndef MEMRESTRICT_GATE_SCOPES_H
#define MEMRESTRICT_GATE_SCOPES_H

#include "decide/gate.h"
#include "records/ledger.h"
#include "records/scopes.h"

/* Who paid for an entry with that note, NULL: none; and where the call of malloc or the like
 * returned to, 0: not known. */
struct memrestrict_scope *gate_scopes_payer(uint64_t note);
uintptr_t gate_scopes_caller(uint64_t note);

/* As gate_admit, gate_cancel and gate_commit, for a thread that is in a scope. */
bool gate_scopes_admit(enum call call, uint64_t size);
void gate_scopes_cancel(uint64_t size);
bool gate_scopes_commit(enum call call, const void *block, size_t size,
                        const struct stack_at *from);
/* Takes and gives back an entry that has a note. False: there is none. */
bool gate_scopes_release(const void *block);
/* What such an entry was charged. */
void gate_scopes_refund(const struct ledger_noted *entry);

/* The fast paths, which are inlined: of malloc, for a block of 1 to GATE_FAST_LARGEST bytes, and of
 * free. False, or negative: nothing was done. */
uint64_t gate_scopes_note(const void *caller);
bool gate_scopes_admit_fast(size_t size);
bool gate_scopes_commit_fast(const void *block, size_t size, uint64_t note);
int64_t gate_scopes_take_fast(const void *block, uint64_t *note);
/* Slow: gate_scopes_admit, and gate_scopes_cancel_noted. They know but the process's only thread,
 * and scopes without a parent. */
bool gate_scopes_admit_alone(size_t size);
bool gate_scopes_refund_alone(size_t size, uint64_t note);
void gate_scopes_cancel_noted(size_t size, uint64_t note);

/* realloc: does it have to do with a scope? Then the entry is out of the ledger, and noted. */
bool gate_scopes_resizes(struct gate_resize *resize);
bool gate_scopes_resize_begin(struct gate_resize *resize);
void gate_scopes_resize_end(struct gate_resize *resize, const void *moved);

/* In the child of a fork: scopes have figures of its own. `as_noted`: those of before the fork. */
void gate_scopes_fork_child(bool as_noted);

#endif
