/* SPDX-License-Identifier: MIT */
#include "judge/policy_filter.h"

#include "base/message.h"
#include "engines/tracer.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By libseccomp's rules the kernel compares whole registers, or bits of them. */
static bool is_sayable(const struct policy_compare *compare, bool allows)
{
    bool fits = compare->value <= UINT32_MAX, negative = compare->value > INT64_MAX;
    if (negative)
        return compare->operator== POLICY_EQUAL;
    switch (compare->operator) {
    case POLICY_EQUAL: return true;
    case POLICY_UNEQUAL:
    case POLICY_MORE:
    case POLICY_AT_LEAST: return !fits || !allows;
    default: return !fits || allows;
    }
}

static struct scmp_arg_cmp comparison(const struct policy_compare *compare, bool allows)
{
    static const enum scmp_compare operators[] = {SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT,
                                                  SCMP_CMP_LE, SCMP_CMP_GT, SCMP_CMP_GE};
    struct scmp_arg_cmp made = {.arg = compare->argument,
                                .op = operators[compare->operator],
                                .datum_a = compare->value};
    bool negative = compare->value > INT64_MAX;
    bool by_half = negative || (!allows && compare->value <= UINT32_MAX);
    if (compare->operator!= POLICY_EQUAL ||(!by_half && compare->mask == UINT64_MAX))
        return made;
    made.op = SCMP_CMP_MASKED_EQ;
    made.datum_a = compare->mask & (by_half ? UINT32_MAX : UINT64_MAX);
    made.datum_b = compare->value & made.datum_a;
    return made;
}

static bool is_rule_sayable(const struct policy_rule *rule, uint32_t arch)
{
    unsigned seen = 0;
    if (rule->count > 0 && seccomp_syscall_resolve_name_arch(arch, rule->call) < 0)
        return false; /* it is made through another */
    if (rule->action != POLICY_ALLOW && rule->action != POLICY_DENY)
        return false;
    for (unsigned i = 0; i < rule->count; i++) {
        unsigned bit = 1U << rule->compares[i].argument;
        if ((seen & bit) || !is_sayable(&rule->compares[i], rule->action == POLICY_ALLOW))
            return false;
        seen |= bit;
    }
    return true;
}

/* Begins the program, and is ours that time. */
static const struct policy_rule first_call = {.call = "execve"};

/* All of a call's rules say the same, in a way that the kernel knows. */
static bool is_call_sayable(const struct policy *policy, const struct policy_rule *first,
                            uint32_t arch)
{
    const struct policy_rule *end = policy->rules + policy->count;
    for (const struct policy_rule *rule = first; rule < end; rule++)
        if (strcmp(rule->call, first->call) == 0 &&
            (rule->action != first->action || rule->error != first->error ||
             !is_rule_sayable(rule, arch)))
            return false;
    return true;
}

static bool is_first(const struct policy *policy, const struct policy_rule *rule)
{
    for (const struct policy_rule *other = policy->rules; other < rule; other++)
        if (strcmp(other->call, rule->call) == 0)
            return false;
    return true;
}

static uint32_t action_of(const struct policy_rule *rule)
{
    return rule->action == POLICY_ALLOW  ? SCMP_ACT_ALLOW
           : rule->action == POLICY_DENY ? SCMP_ACT_ERRNO((unsigned)rule->error)
                                         : SCMP_ACT_TRACE(TRACER_ASK);
}

static int add_rule(scmp_filter_ctx context, uint32_t action, const struct policy_rule *rule,
                    bool conditional)
{
    struct scmp_arg_cmp compares[POLICY_COMPARES];
    int number = seccomp_syscall_resolve_name(rule->call);
    unsigned count = conditional ? rule->count : 0;
    for (unsigned i = 0; i < count; i++)
        compares[i] = comparison(&rule->compares[i], rule->action == POLICY_ALLOW);
    return seccomp_rule_add_array(context, action, number, count, compares);
}

/* All rules of the call that `first` is the first of; libseccomp leaves out what this kind of
 * program does not have, and finds what it makes through another call. What is as the last word is
 * left to it. */
static int add_call(scmp_filter_ctx context, const struct policy *policy,
                    const struct policy_rule *first, uint32_t arch)
{
    uint32_t last = action_of(&policy->otherwise), action = action_of(first);
    const struct policy_rule *end = policy->rules + policy->count;
    if (!is_call_sayable(policy, first, arch)) {
        action = SCMP_ACT_TRACE(TRACER_ASK);
        return action != last ? add_rule(context, action, first, false) : 0;
    }
    int result = 0;
    for (const struct policy_rule *rule = first; rule < end && result == 0; rule++)
        if (action != last && strcmp(rule->call, first->call) == 0)
            result = add_rule(context, action, rule, true);
    return result;
}

static int add_first_call(scmp_filter_ctx context, const struct policy *policy)
{
    uint32_t action = SCMP_ACT_TRACE(TRACER_ASK);
    return action_of(&policy->otherwise) != action ? add_rule(context, action, &first_call, false)
                                                   : 0;
}

static int fill(scmp_filter_ctx context, const struct policy *policy, uint32_t arch)
{
    int result = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(TRACER_ASK));
    if (result == 0)
        result = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (result == 0 && arch != seccomp_arch_native()) {
        result = seccomp_arch_add(context, arch);
        if (result == 0)
            result = seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
    }
    if (result == 0)
        result = add_first_call(context, policy);
    for (size_t i = 0; i < policy->count && result == 0; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        if (is_first(policy, rule) && strcmp(rule->call, first_call.call) != 0)
            result = add_call(context, policy, rule, arch);
        if (result != 0)
            message("--policy=%s: libseccomp cannot say the rules on %s: %s", policy->name,
                    rule->call, strerror(-result));
    }
    return result;
}

static bool take_over(struct policy_filter *filter, scmp_filter_ctx context)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    bool done = fd >= 0 && seccomp_export_bpf(context, fd) == 0;
    off_t size = done ? lseek(fd, 0, SEEK_END) : 0;
    filter->code = size > 0 ? malloc((size_t)size) : NULL;
    filter->length = (unsigned short)((size_t)size / sizeof *filter->code);
    done = filter->code != NULL && pread(fd, filter->code, (size_t)size, 0) == size;
    if (fd >= 0)
        close(fd);
    if (!done)
        message("--policy: the filter cannot be made");
    return done;
}

bool policy_filter_make(struct policy_filter *filter, const struct policy *policy, uint32_t arch)
{
    *filter = (struct policy_filter){.code = NULL};
    scmp_filter_ctx context = seccomp_init(action_of(&policy->otherwise));
    if (context == NULL) {
        message("--policy: libseccomp cannot begin a filter");
        return false;
    }
    bool done = fill(context, policy, arch) == 0 && take_over(filter, context);
    seccomp_release(context);
    if (!done)
        policy_filter_free(filter);
    return done;
}

void policy_filter_free(struct policy_filter *filter)
{
    free(filter->code);
    *filter = (struct policy_filter){.code = NULL};
}

bool policy_filter_install(const struct policy_filter *filter)
{
    struct sock_fprog program = {.len = filter->length, .filter = filter->code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
