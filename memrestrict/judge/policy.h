/* SPDX-License-Identifier: MIT
 *
 * What a submission may call: rules on the names of system calls and on the numbers in their
 * arguments. Of the rules on a call the first that holds decides, and where none does, the
 * policy's last word.
 *
 * Programs pass an int with anything in the upper half of its register. So a comparison of what
 * fits 32 bits holds for `allow` if it holds for the whole register and for its lower half, and for
 * all else if it holds for one of them.
 */
#ifndef MEMRESTRICT_POLICY_H
#define MEMRESTRICT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_action {
    POLICY_ALLOW,
    POLICY_DENY,   /* fails with `error` */
    POLICY_KILL,   /* ends the submission: a forbidden call */
    POLICY_REPORT, /* is made, and told of */
    POLICY_FILES,  /* is made on the files of judge_files.h alone */
    POLICY_OWN     /* is made on threads and processes of the submission alone */
};

enum policy_operator {
    POLICY_EQUAL,
    POLICY_UNEQUAL,
    POLICY_LESS,
    POLICY_AT_MOST,
    POLICY_MORE,
    POLICY_AT_LEAST
};

struct policy_compare {
    unsigned argument; /* 0 to 5 */
    enum policy_operator operator;
    uint64_t mask; /* of an `==`; else all ones */
    uint64_t value;
};

enum { POLICY_COMPARES = 6, POLICY_NAME = 32 };

struct policy_rule {
    char call[POLICY_NAME];
    enum policy_action action;
    int error; /* of POLICY_DENY; of POLICY_OWN, 0: what is not its own ends it */
    struct policy_compare compares[POLICY_COMPARES]; /* all must hold */
    unsigned count;
    bool included; /* gives way to rules of the policy itself */
};

struct policy {
    const char *name;
    struct policy_rule *rules;
    size_t count;
    struct policy_rule otherwise;
    bool has_default; /* of its own, not of what it includes */
};

/* "compute", "none", or the path of a file, which stays the caller's. False: what is wrong was
 * said. */
bool policy_load(struct policy *policy, const char *name);
void policy_free(struct policy *policy);

/* Never NULL. Without `args`, where they cannot be known: what compares them decides against it. */
const struct policy_rule *policy_decide(const struct policy *policy, const char *call,
                                        const uint64_t *args);
/* Does it have a rule of that action? */
bool policy_has(const struct policy *policy, enum policy_action action);

#endif
