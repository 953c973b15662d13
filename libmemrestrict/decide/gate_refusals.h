/* SPDX-License-Identifier: MIT
 *
 * How the gate says no: a refusal, or a fault of the plan, is counted and, as ON_REFUSAL asks, said
 * on the program's stderr; the first one is noted whole.
 */
#ifndef MEMRESTRICT_GATE_REFUSALS_H
#define MEMRESTRICT_GATE_REFUSALS_H

#include "common/accounts_enums.h"
#include "common/calls.h"
#include "common/config.h"

struct gate_figures {
    uint64_t refusals;
    uint64_t faults;  /* calls that failed as planned */
    uint64_t unknown; /* addresses given back that are in no record */
    enum call first_call;
    uint64_t first_size, first_used; /* of the first refusal: bytes asked for, bytes in use then */
    struct gate_shortage {
        uint64_t count;
        enum call call; /* of the first */
        uint64_t size;
    } shortages[ACCOUNT_SHORTAGES];
    enum call fault_call;
    uint64_t fault_size, fault_number, fault_site; /* of the first fault: bytes; see struct fault */
};

/* gate_start begins with it. `program` is its name in what is said, and stays the caller's. */
void gate_refusals_start(const struct config *config, const char *program);
struct gate_figures gate_figures(void);

/* The start of every refusal's way out: counts it, sets errno to ENOMEM, does what ON_REFUSAL asks
 * for. Never inlined: break here in a debugger. `size` is what the program asked for. */
void gate_refuse(enum call call, uint64_t size);
/* The same for a fault. `fault` is what fault_strikes said. */
struct fault;
void gate_fail(enum call call, uint64_t size, const struct fault *fault);
/* A call that the budget let pass, and that failed all the same. Counted apart;
 * errno becomes ENOMEM. */
void gate_fall_short(enum account_shortage_kind kind, enum call call, uint64_t size);
/* Of `call`, which the kernel or the next allocator failed: the same, if errno says that it was for
 * want of memory; errno stays. */
void gate_fall_short_below(enum call call, uint64_t size);

#endif
