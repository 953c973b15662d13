/* SPDX-License-Identifier: MIT
 *
 * What is wrong with an address space. Each kind of fault is a row of a table: how it is found, why
 * it hurts, and what to do.
 */
#ifndef MEMRESTRICT_FAULTS_H
#define MEMRESTRICT_FAULTS_H

#include "space/address_space.h"

/* A note is worth knowing, and nothing for a check to fail of: healthy programs have some. */
enum fault_severity { FAULT_NOTE, FAULT_FAULT };

struct fault_found {
    const struct fault_row *row;
    enum fault_severity severity;
    char *words;                   /* one line; not yet safe, as it may have names in it */
    uint64_t left;                 /* bytes until it bites; SPACE_UNKNOWN: no such figure */
    const struct mapping *mapping; /* that it is about; NULL: none */
    const char *cause;             /* for machines; NULL: none. Static */
};

struct fault_list {
    struct fault_found *faults;
    size_t count;
    bool failed;                 /* one could not be kept, for want of memory */
    const struct fault_row *row; /* the one that is looked for now */
};

/* What is little. */
struct fault_bounds {
    uint64_t heap_room; /* below it, the heap is boxed in */
};

struct fault_row {
    const char *kind; /* never changed */
    void (*check)(const struct address_space *, const struct fault_bounds *, struct fault_list *);
    const char *why, *advice;
};

/* Ended by one without a kind. */
extern const struct fault_row fault_rows[];

/* False: no memory. Faults come before notes. */
bool faults_find(const struct address_space *space, const struct fault_bounds *bounds,
                 struct fault_list *list);
void faults_free(struct fault_list *list);
/* How many are of FAULT_FAULT. */
size_t faults_count(const struct fault_list *list);

/* For checks: adds one, and returns it to be filled in further; NULL: no memory. */
struct fault_found *fault_add(struct fault_list *list, enum fault_severity severity,
                              const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Where the kernel would turn a growing heap down: the name of what is above, as it is said. */
void fault_check_boxed_heap(const struct address_space *, const struct fault_bounds *,
                            struct fault_list *);
void fault_check_boxed_stack(const struct address_space *, const struct fault_bounds *,
                             struct fault_list *);
void fault_check_legacy_layout(const struct address_space *, const struct fault_bounds *,
                               struct fault_list *);
void fault_check_no_aslr(const struct address_space *, const struct fault_bounds *,
                         struct fault_list *);
void fault_check_address_space(const struct address_space *, const struct fault_bounds *,
                               struct fault_list *);
void fault_check_fragmentation(const struct address_space *, const struct fault_bounds *,
                               struct fault_list *);
void fault_check_mappings(const struct address_space *, const struct fault_bounds *,
                          struct fault_list *);
void fault_check_rlimit(const struct address_space *, const struct fault_bounds *,
                        struct fault_list *);
void fault_check_overcommit(const struct address_space *, const struct fault_bounds *,
                            struct fault_list *);
void fault_check_cgroup(const struct address_space *, const struct fault_bounds *,
                        struct fault_list *);
void fault_check_writable_code(const struct address_space *, const struct fault_bounds *,
                               struct fault_list *);
void fault_check_stack_guard(const struct address_space *, const struct fault_bounds *,
                             struct fault_list *);
void fault_check_huge_pages(const struct address_space *, const struct fault_bounds *,
                            struct fault_list *);
void fault_check_deleted(const struct address_space *, const struct fault_bounds *,
                         struct fault_list *);

#endif
