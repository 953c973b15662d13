/* SPDX-License-Identifier: MIT
 *
 * Which block has which size. A uthash table is keyed by window, 4 MiB of address space; a window
 * has one 16-bit word for each granule of 16 bytes: the size asked for plus one, zero where no
 * block starts. A size too large for that fills the next words, which belong to the same block and
 * can start no other, until it is freed unseen by us. Addresses that are no multiple of 16 go to
 * a second table, a node each.
 *
 * Where blocks start at least 32 bytes apart, a granule has as many, and a window 8 MiB: half the
 * words to a heap are half the cache lines. Then an address 16 bytes off a block's is taken for it;
 * who gave out the block finds that out.
 *
 * A word is written by the thread that was given the address and read by the one that gives it
 * back, so neither takes a lock. Windows are taken down only where nothing can be in them (sweep).
 * An entry exists only while its address does: it is made after the allocator gave the block and
 * taken before it gets it back.
 */
#ifndef MEMRESTRICT_LEDGER_H
#define MEMRESTRICT_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Before the first entry: blocks start at least `apart` bytes apart. */
void ledger_start(size_t apart);
/* Enters a block of `size` bytes at `address`. False: no memory for the entry, or one is in its
 * way: of a block that was freed unseen by us. ledger_take_stale takes that out. */
bool ledger_put(const void *address, size_t size);
/* Takes out one entry that is in the way of one of `size` bytes; there may be several. Returns its
 * address, with what it was in *stale. NULL: nothing is in the way. */
struct ledger_noted;
const void *ledger_take_stale(const void *address, size_t size, struct ledger_noted *stale);
/* Takes the entry out. False: there is none (freed twice, or never ours), it is inherited, or it
 * has a note. */
bool ledger_take(const void *address, size_t *size);

/* The fast paths of put and take, which are inlined and call nothing. They know blocks of at most
 * LEDGER_FAST_LARGEST bytes, in windows met lately. ledger_take_fast returns the block's size.
 * False, or negative: nothing was done; ledger_put or ledger_take decides. */
enum { LEDGER_FAST_LARGEST = 0xeffc };
bool ledger_put_fast(const void *address, size_t size);
int64_t ledger_take_fast(const void *address);

/* An entry with a note: a number that who put it there knows. The fast paths above do not see it,
 * so that it costs others nothing. */
enum { LEDGER_NOTE_BITS = 48 };
struct ledger_noted {
    size_t size;
    uint64_t note;  /* not 0, unless it is a stale one */
    bool inherited; /* see below */
};
/* False: no memory for the entry, or one is in its way. */
bool ledger_put_noted(const void *address, const struct ledger_noted *entry);
/* False: there is none, or it has no note. */
bool ledger_take_noted(const void *address, struct ledger_noted *entry);
/* Their fast paths, of entries of at most LEDGER_FAST_LARGEST bytes that are not inherited. The
 * latter takes an entry without a note as well, whose note is 0. False, or negative: nothing was
 * done. */
bool ledger_put_noted_fast(const void *address, size_t size, uint64_t note);
int64_t ledger_take_noted_fast(const void *address, uint64_t *note);

/* In the child of a fork, alone: all entries become inherited ones, and are apart from then on. */
bool ledger_inherit(void);
/* Takes such an entry out. False: there is none, or it has a note. */
bool ledger_take_inherited(const void *address, size_t *size);
/* Puts it back. False: no memory for an address that is no multiple of 16, or none for its window
 * when the process forked. */
bool ledger_put_inherited(const void *address, size_t size);

/* The number of a block's call site, kept beside its entry by who put it there. False: no memory
 * for it, or the address is no multiple of 16. */
bool ledger_keep_site(const void *address, uint16_t site);
/* 0: none was kept. Also right after the entry was taken out, while the address is still the
 * caller's. */
uint16_t ledger_site(const void *address);
/* ledger_put and ledger_keep_site in one, and ledger_take and ledger_site: fast paths. False:
 * nothing was done; the two functions, one after the other, do it. */
bool ledger_put_with_site(const void *address, size_t size, uint16_t site);
bool ledger_take_with_site(const void *address, size_t *size, uint16_t *site);
/* Fetches what one of them will need soon. */
void ledger_expect(const void *address);
/* All become 0: in the child of a fork, alone. */
void ledger_forget_sites(void);

struct ledger_live {
    uint64_t blocks, bytes;
};
/* Counts what is live, inherited or not, by a walk over all windows. Exact when no other thread
 * allocates meanwhile. */
struct ledger_live ledger_live(void);

struct ledger_block {
    uintptr_t address;
    size_t size;
    uint16_t site; /* as ledger_site has it */
    bool inherited;
    uint64_t note; /* 0: none */
};
/* Shows each block that is live, those of a window by rising address. Under the lock: `show` may
 * change no entry. False: the lock cannot be had, since this thread is within it. */
bool ledger_walk(void (*show)(const struct ledger_block *block, void *context), void *context);
/* Is nobody in the midst of a change of the tables? */
bool ledger_is_free(void);

void ledger_fork_take(void);
void ledger_fork_drop(void);
void ledger_fork_reset(void);
/* In a copy of the process that was made without fork handlers: if the lock was copied while it was
 * held, frees it and makes the table anew of the windows met lately. Blocks elsewhere stay charged.
 */
void ledger_recover(void);

#endif
