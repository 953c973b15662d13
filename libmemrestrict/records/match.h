/* SPDX-License-Identifier: MIT
 *
 * Does a call match a plan's filters? Stacks are taken, and names looked up, only for a plan that
 * asks, and once for all plans. No lock, no allocation.
 */
#ifndef MEMRESTRICT_MATCH_H
#define MEMRESTRICT_MATCH_H

#include "common/plan.h"
#include "records/stack.h"

/* What plans are held against. */
struct match {
    const struct plans *plans;
    const char *executable;
    bool stacks;               /* they can be had here */
    unsigned deepest;          /* frames that somebody asks for */
    struct match_known *known; /* of addresses; NULL: nobody asks for names */
};

/* One call, and what was found out about it: all from `walked` on is zero to begin with, but
 * `stack`. */
struct moment {
    const struct match *match;
    enum call call;
    uint64_t size;
    const struct stack_at *from;
    bool walked, looked;
    unsigned length;   /* of the stack */
    uint64_t patterns; /* those of caller= that match a name in it */
    uintptr_t stack[PLAN_DEEPEST];
};

/* For these plans, which stay the caller's, as does `executable`, the program's file name. False:
 * they ask for call stacks, which cannot be taken here, so that nothing will match. */
bool match_start(struct match *match, const struct plans *plans, const char *executable);
void match_end(struct match *match);

/* Is the call of a kind that the plan names? The filters that cost nothing, this among them; and
 * the others. `of` is one of its plans. */
bool match_call(const struct plan *of, const struct moment *moment);
bool match_quickly(const struct plan *of, const struct moment *moment);
bool match_filters(const struct plan *of, struct moment *moment);

/* The name of the call's site; 0: no stack could be taken. */
uint64_t match_site(struct moment *moment, unsigned depth);

#endif
