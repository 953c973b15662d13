/* SPDX-License-Identifier: MIT */
#include "space/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct fault_row fault_rows[] = {
    {"boxed-heap", fault_check_boxed_heap,
     "brk can only grow to the next mapping. A program with an allocator of its own on brk alone "
     "(old shells, some language runtimes) is out of memory there, and dies; glibc's malloc goes "
     "on with mmap.",
     "Find out who maps there (a fixed address, a library loaded low, the legacy layout); make the "
     "allocator fall back to mmap."},
    {"boxed-stack", fault_check_boxed_stack,
     "The main stack grows until it meets a mapping, well before its limit: deep recursion ends in "
     "SIGSEGV though 'ulimit -s' allows more.",
     "Set the stack's limit before the program starts, not while it runs: the kernel leaves room "
     "for it then; map nothing at addresses of your own near the stack, and put no guard into it."},
    {"legacy-layout", fault_check_legacy_layout,
     "Mappings are not placed from the stack down: libraries come to lie low, where the program "
     "and "
     "its heap are, and mmap and brk grow towards each other.",
     "Take away the cause: a limit for the stack (ulimit -s 8192), no 'setarch -L', "
     "vm.legacy_va_layout=0, a 64-bit parent; then start the program anew."},
    {"no-aslr", fault_check_no_aslr,
     "Each run has the same addresses, which makes attacks on memory errors easy.",
     "kernel.randomize_va_space=2, and no 'setarch -R'. Debuggers switch it off on purpose."},
    {"little-address-space", fault_check_address_space,
     "There are few addresses left, whatever memory the machine has: mmap and malloc fail with "
     "ENOMEM soon.",
     "Build it for 64 bits; or map less: smaller thread stacks, fewer reservations."},
    {"fragmentation", fault_check_fragmentation,
     "A mapping needs one gap of its size: larger ones fail with ENOMEM although the gaps together "
     "have room.",
     "Map large blocks early, unmap in the order of mapping, or build it for 64 bits."},
    {"few-mappings-left", fault_check_mappings,
     "Past vm.max_map_count every mmap, and every mprotect or munmap that splits a mapping, fails "
     "with ENOMEM, however much memory is free.",
     "Raise vm.max_map_count (sysctl), or map in larger pieces."},
    {"rlimit", fault_check_rlimit, "The kernel refuses what passes a limit of the process.",
     "Raise it: ulimit -d, -v, -s or -l, or prlimit(1) while it runs; or use less."},
    {"overcommit", fault_check_overcommit,
     "vm.overcommit_memory decides whether the kernel refuses memory that it may not have, or "
     "promises it and kills somebody later.",
     "Mode 2 refuses at CommitLimit (vm.overcommit_ratio, swap); 0 and 1 promise more than there "
     "is. A budget by memrestrict refuses in time in all of them."},
    {"cgroup", fault_check_cgroup,
     "At its limit a control group does not refuse: it kills, without a word from the program.",
     "Give the group more (memory.max), or the program a budget below it."},
    {"writable-executable", fault_check_writable_code,
     "Memory that can be written and executed turns a stray or hostile write into code.",
     "Link without an executable stack (-z noexecstack) and without writable text; a compiler at "
     "run time can write through a second mapping, or switch with mprotect."},
    {"no-stack-guard", fault_check_stack_guard,
     "Nothing without access lies below this stack: an overflow does not crash, it writes into "
     "what is mapped there, now or later.",
     "Leave pthread_attr_setguardsize alone; with stacks of your own, mprotect the lowest page."},
    {"huge-pages", fault_check_huge_pages,
     "Where transparent huge pages are on, one touched byte can cost 2 MiB: resident memory is "
     "more than what the program uses.",
     "madvise(MADV_NOHUGEPAGE), prctl(PR_SET_THP_DISABLE), or the setting 'madvise' in "
     "/sys/kernel/mm/transparent_hugepage/enabled."},
    {"deleted-file", fault_check_deleted,
     "The file was replaced or removed while it is in use: what is mapped is the old one, which a "
     "debugger does not find; a restart may bring another.",
     "After an upgrade, start the program anew."},
    {NULL, NULL, NULL, NULL},
};

struct fault_found *fault_add(struct fault_list *list, enum fault_severity severity,
                              const char *format, ...)
{
    struct fault_found *more = realloc(list->faults, (list->count + 1) * sizeof *more);
    va_list arguments;
    if (more == NULL) {
        list->failed = true;
        return NULL;
    }
    list->faults = more;
    struct fault_found *found = &more[list->count];
    *found = (struct fault_found){.row = list->row, .severity = severity, .left = SPACE_UNKNOWN};
    va_start(arguments, format);
    if (vasprintf(&found->words, format, arguments) < 0) {
        list->failed = true;
        found->words = NULL;
        found = NULL;
    } else {
        list->count++;
    }
    va_end(arguments);
    return found;
}

/* Faults first, each in the order of the table. */
static bool put_in_order(struct fault_list *list)
{
    struct fault_found *sorted = malloc((list->count + 1) * sizeof *sorted);
    size_t count = 0;
    if (sorted == NULL)
        return false;
    for (int severity = FAULT_FAULT; severity >= FAULT_NOTE; severity--)
        for (size_t i = 0; i < list->count; i++)
            if ((int)list->faults[i].severity == severity)
                sorted[count++] = list->faults[i];
    free(list->faults);
    list->faults = sorted;
    return true;
}

bool faults_find(const struct address_space *space, const struct fault_bounds *bounds,
                 struct fault_list *list)
{
    *list = (struct fault_list){0};
    for (list->row = fault_rows; list->row->kind != NULL; list->row++)
        list->row->check(space, bounds, list);
    if (!list->failed && put_in_order(list))
        return true;
    faults_free(list);
    return false;
}

void faults_free(struct fault_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->faults[i].words);
    free(list->faults);
    *list = (struct fault_list){0};
}

size_t faults_count(const struct fault_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->faults[i].severity == FAULT_FAULT;
    return count;
}
