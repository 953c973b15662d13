/* SPDX-License-Identifier: MIT
 *
 * The address space of a process that is limited from outside: which of its pages are charged, and
 * the rules of the contract for each call that changes them. Nothing here knows how calls are
 * caught: it is told what is about to be called, says whether that fits, and is told what came of
 * it. Between the two nobody else may change the space. Then what the accounts say is what the
 * records add up to.
 */
#ifndef MEMRESTRICT_SPACE_H
#define MEMRESTRICT_SPACE_H

#include "records/regions.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes against a limit. */
struct space_budget {
    uint64_t limit; /* UINT64_MAX: none */
    uint64_t used, peak;
};

struct space {
    struct regions own;          /* charged, or to be charged once writable */
    struct regions stacks;       /* the same, of mappings made for stacks: not charged */
    uint64_t charged, inherited; /* what `own` adds up to */
    uint64_t break_start, break_now;
    struct space_budget account; /* its own; holds what was inherited too */
    struct space_budget *tree;   /* of all together, without what was inherited */
    bool count_stacks;           /* stacks are charged as all else */
    bool keep_written; /* what was writable stays charged, though it is made read-only; and shared
                          files that are writable are charged */
};

enum space_kind {
    SPACE_BRK,
    SPACE_MMAP,
    SPACE_MREMAP,
    SPACE_MPROTECT,
    SPACE_MUNMAP,
    SPACE_SHMAT, /* which may take the place of mappings */
};

/* A call that changes a space; arguments as the kernel takes them. */
struct space_call {
    enum space_kind kind;
    uint64_t args[6];
    uint64_t reserved; /* bytes that were charged ahead, when it began */
};

/* Of a call: "mmap" ... Static. */
const char *space_call_name(enum space_kind kind);

/* What it would add, in bytes, if it does all that it says: what a refusal names. */
uint64_t space_call_size(const struct space *space, const struct space_call *call);

/* Charges what the call will need. False: that is past a limit, *by_tree says whose, and nothing
 * is changed. */
bool space_begin(struct space *space, struct space_call *call, bool *by_tree);

/* The call gave `result`, minus an errno where it failed. False: it may have done a part, so the
 * ranges that it names are to be read again (space_resync). */
bool space_end(struct space *space, struct space_call *call, int64_t result);

/* The copy that fork makes: what is charged there is inherited. False: no memory. */
bool space_copy(struct space *copy, struct space *space);
/* All that is charged was there before: nobody pays for it but the space's own account. */
void space_inherit(struct space *space);

/* A mapping as the kernel lists it; not charged before. */
enum space_mapping { SPACE_PRIVATE, SPACE_ANONYMOUS_SHARED, SPACE_FILE_SHARED };
void space_enter(struct space *space, uint64_t low, uint64_t high, enum space_mapping kind,
                 bool writable);
/* What is charged in [low, high) is as that mapping is; what is not mapped is not charged. */
void space_correct(struct space *space, uint64_t low, uint64_t high, bool mapped, bool writable);

/* Forgets all records, and gives back what they were charged. */
void space_clear(struct space *space);

#endif
