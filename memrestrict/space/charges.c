/* SPDX-License-Identifier: MIT */
#include "space/charges.h"

#include <string.h>

enum rule {
    RULE_SHARED,
    RULE_COPY,
    RULE_HEAP,
    RULE_MAPPED,
    RULE_THREAD,
    RULE_STACK,
    RULE_LOADED,
    RULE_CLOSED,
    RULE_FIXED,
    RULE_FILE,
    RULE_KERNEL
};

const struct charge_rule charge_rules[CHARGE_RULES] = {
    [RULE_SHARED] = {"shared", CHARGE_WHOLE, "shared and of no file"},
    [RULE_COPY] = {"file-copy", CHARGE_WHOLE, "its own copy of a file"},
    [RULE_HEAP] = {"heap", CHARGE_BLOCKS, "malloc's: the blocks, by the size asked for"},
    [RULE_MAPPED] = {"mapped", CHARGE_PART, "whole, but for malloc's and the library's own"},
    [RULE_THREAD] = {"thread-stack", CHARGE_PART, "only with --count=stacks, or if it mapped it"},
    [RULE_STACK] = {"stack", CHARGE_NONE, "the kernel's limit is for it"},
    [RULE_LOADED] = {"loaded", CHARGE_NONE, "the program and its libraries"},
    [RULE_CLOSED] = {"no-access", CHARGE_NONE, "costs nothing until it can be written"},
    [RULE_FIXED] = {"not-writable", CHARGE_NONE, "cannot be written"},
    [RULE_FILE] = {"shared-file", CHARGE_NONE, "the file's, or other processes' too"},
    [RULE_KERNEL] = {"kernel", CHARGE_NONE, "the kernel's, or a device's"},
};

static bool has_no_file(const struct mapping *mapping)
{
    return *mapping->name == '\0' || strncmp(mapping->name, "[anon_shmem", 11) == 0 ||
           strncmp(mapping->name, "/dev/zero", 9) == 0 ||
           strncmp(mapping->name, "/anon_hugepage", 14) == 0;
}

static enum rule rule_of_shared(const struct mapping *mapping)
{
    return !mapping->write ? RULE_FIXED : has_no_file(mapping) ? RULE_SHARED : RULE_FILE;
}

static enum rule rule_of(const struct mapping *mapping)
{
    if (mapping->kind == MAPPING_KERNEL || (mapping->kind == MAPPING_DEVICE && mapping->shared))
        return RULE_KERNEL;
    if (!mapping_has_access(mapping))
        return RULE_CLOSED;
    if (mapping->shared)
        return rule_of_shared(mapping);
    switch (mapping->kind) {
    case MAPPING_TEXT:
    case MAPPING_CONSTANTS:
    case MAPPING_DATA:
    case MAPPING_BSS:
    case MAPPING_LIBRARY: return RULE_LOADED;
    case MAPPING_STACK: return RULE_STACK;
    case MAPPING_THREAD: return RULE_THREAD;
    case MAPPING_HEAP:
    case MAPPING_ARENA: return RULE_HEAP;
    default: break;
    }
    return !mapping->write                                         ? RULE_FIXED
           : mapping_is_anonymous(mapping) || has_no_file(mapping) ? RULE_MAPPED
                                                                   : RULE_COPY;
}

const struct charge_rule *charge_rule_of(const struct mapping *mapping)
{
    return &charge_rules[rule_of(mapping)];
}

const char *charge_id(enum charge charge)
{
    static const char *const ids[] = {"whole", "blocks", "part", "no"};
    return ids[charge];
}

void charge_sums(const struct address_space *space, struct charge_sum sums[CHARGE_RULES])
{
    memset(sums, 0, CHARGE_RULES * sizeof *sums);
    for (size_t i = 0; i < space->count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        struct charge_sum *sum = &sums[rule_of(mapping)];
        sum->mapped += mapping->high - mapping->low;
        sum->resident += mapping->resident == SPACE_UNKNOWN ? 0 : mapping->resident;
    }
}
