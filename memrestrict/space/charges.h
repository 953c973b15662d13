/* SPDX-License-Identifier: MIT
 *
 * What of an address space the library charges to a budget, and why not the rest, by the rules of
 * its contract. The kernel does not tell whose a mapping is: where it joins what a program mapped
 * with what malloc or the library itself did, that is said and not guessed.
 */
#ifndef MEMRESTRICT_CHARGES_H
#define MEMRESTRICT_CHARGES_H

#include "space/address_space.h"

enum charge {
    CHARGE_WHOLE,
    CHARGE_BLOCKS, /* the blocks in it, by the size that was asked for */
    CHARGE_PART,   /* each of these, and some of it not at all */
    CHARGE_NONE
};

struct charge_rule {
    const char *id; /* never changed */
    enum charge charge;
    const char *words; /* a short line */
};

enum { CHARGE_RULES = 11 };
extern const struct charge_rule charge_rules[CHARGE_RULES];

/* Which rule a mapping falls under. Static. */
const struct charge_rule *charge_rule_of(const struct mapping *mapping);
/* "whole", "blocks", "part", "no": for machines, never changed. Static. */
const char *charge_id(enum charge charge);

/* The mappings of each rule, in the order of charge_rules. */
struct charge_sum {
    uint64_t mapped, resident;
};
void charge_sums(const struct address_space *space, struct charge_sum sums[CHARGE_RULES]);

#endif
