/* SPDX-License-Identifier: MIT */
#include "run/kernel_reason.h"

#include "base/duration.h"
#include "base/size_words.h"
#include "base/string_file.h"
#include "base/text.h"
#include "space/machine_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SHARE = 20 }; /* looks take 1/SHARE of the time at most */

/* An allocator asks for more than it was asked for: glibc's tries brk, then mmap of this at least.
 */
static const uint64_t allocator_piece = 1 << 20, page = 4096;

/* What reasons are found in. */
struct facts {
    uint64_t mapped, data, mappings, largest_gap;
    uint64_t address_limit, data_limit;
    uint64_t heap_gap, heap_room; /* from the break on, free; and of that for the heap */
    const char *next;             /* behind it; NULL: nothing */
    const struct space_system *system;
};

static bool is_brk(const char *call)
{
    return strcmp(call, "brk") == 0 || strcmp(call, "sbrk") == 0;
}

/* Of these the kernel is asked for what the program asked for. */
static bool is_kernels(const char *call)
{
    static const char *const names[] = {"mmap", "mremap", "mprotect", "pthread_create"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(call, names[i]) == 0)
            return true;
    return is_brk(call);
}

/* The kernel counts whole pages. */
static bool would_pass(uint64_t used, uint64_t more, uint64_t limit)
{
    if (limit == SPACE_UNKNOWN)
        return false;
    limit &= -page;
    return used >= limit || more > limit - used;
}

static bool say_heap(FILE *file, const struct facts *facts, uint64_t size)
{
    char room[SIZE_ROOM];
    if (facts->next == NULL || facts->heap_room >= size)
        return false;
    fputs("the heap is boxed in by ", file);
    text_safe(file, facts->next);
    fprintf(file, ", %s above the break", size_words(facts->heap_gap, room));
    return true;
}

static bool say_limit(FILE *file, const char *name, uint64_t used, uint64_t size, uint64_t limit)
{
    char pair[SIZE_PAIR_ROOM];
    if (!would_pass(used, size, limit))
        return false;
    fprintf(file, "%s: %s are used", name, size_pair(used, limit, pair));
    return true;
}

/* A call may split one mapping in three. */
static bool say_mappings(FILE *file, const struct facts *facts)
{
    int64_t most = facts->system->max_map_count;
    if (most <= 0 || facts->mappings + 2 < (uint64_t)most)
        return false;
    fprintf(file, "%" PRIu64 " mappings of at most %" PRId64 " (vm.max_map_count)", facts->mappings,
            most);
    return true;
}

static bool say_addresses(FILE *file, const struct facts *facts, uint64_t size)
{
    char room[SIZE_ROOM];
    if (facts->largest_gap >= size)
        return false;
    fprintf(file, "its largest free range of addresses has %s",
            size_words(facts->largest_gap, room));
    return true;
}

static bool say_machine(FILE *file, const struct space_system *system, uint64_t size)
{
    char room[SIZE_ROOM];
    uint64_t memory = system->memory, swap = system->swap;
    if (system->overcommit == 2 && system->committed != SPACE_UNKNOWN)
        return say_limit(file, "vm.overcommit_memory is 2", system->committed, size,
                         system->commit_limit);
    if (system->overcommit != 0 || memory == SPACE_UNKNOWN || swap == SPACE_UNKNOWN ||
        size <= memory + swap)
        return false;
    fprintf(file, "the machine has %s with swap", size_words(memory + swap, room));
    return true;
}

static char *reason_in(const struct facts *facts, const char *call, uint64_t size)
{
    struct string_file words;
    FILE *file = string_file_open(&words);
    if (file == NULL)
        return NULL;
    uint64_t asked = is_kernels(call) || size > allocator_piece ? size : allocator_piece;
    asked = asked < UINT64_MAX - page ? (asked + page - 1) & -page : asked;
    bool known =
        (is_brk(call) && say_heap(file, facts, size)) ||
        say_limit(file, "RLIMIT_AS (ulimit -v)", facts->mapped, asked, facts->address_limit) ||
        say_mappings(file, facts) || say_addresses(file, facts, asked) || /* a reservation, too */
        say_limit(file, "RLIMIT_DATA (ulimit -d)", facts->data, asked, facts->data_limit) ||
        say_machine(file, facts->system, asked);
    char *text = string_file_close(&words);
    if (known)
        return text;
    free(text);
    return NULL;
}

char *kernel_reason_of(const struct address_space *space, const char *call, uint64_t size)
{
    const struct mapping *next;
    struct space_sums sums = space_sums(space);
    struct facts facts = {
        .mapped = space->mapped,
        .data = space->data_used,
        .mappings = space->count,
        .largest_gap = sums.largest_gap,
        .address_limit = space->limits.address_space,
        .data_limit = space->limits.data,
        .heap_room = space_heap_room(space, &next),
        .system = &space->system,
    };
    if (next != NULL) {
        facts.heap_gap = next->low - space->break_end;
        facts.next = mapping_name(next);
    }
    return reason_in(&facts, call, size);
}

char *kernel_reason_by_word(const struct roster_process *process)
{
    const struct roster_space *space = &process->space;
    bool stack = strcmp(space->next, "[stack]") == 0;
    struct space_system system;
    if (process->kernel.count == 0 || !space->known)
        return NULL;
    machine_read(&system);
    const struct facts facts = {
        .mapped = space->mapped,
        .data = space->data,
        .mappings = space->mappings,
        .largest_gap = space->largest_gap,
        .address_limit = space->address_limit,
        .data_limit = space->data_limit,
        .heap_gap = space->heap_gap,
        .heap_room = space_heap_part(space->heap_gap, stack),
        .next = stack                  ? "main stack"
                : *space->next != '\0' ? space->next
                                       : "mapped memory",
        .system = &system,
    };
    return reason_in(&facts, process->kernel.call, process->kernel.size);
}

static void look_at(struct kernel_reason *reason, const struct roster_process *process)
{
    struct address_space space;
    reason->done = true;
    if (!process->live || !process->seen || !space_try(process->pid, &space))
        return;
    if (space.start_time == process->start_time)
        reason->words = kernel_reason_of(&space, process->kernel.call, process->kernel.size);
    reason->pid = process->pid;
    reason->began = process->began;
    space_free(&space);
}

void kernel_reason_look(struct kernel_reason *reason, struct roster *roster, uint64_t now)
{
    struct roster_process process;
    if (reason->done || now < reason->next)
        return;
    for (unsigned at = 0; roster_next(roster, &at, &process) && !reason->done; at++)
        if (process.kernel.count > 0)
            look_at(reason, &process);
    reason->next = now + (duration_now() - now) * SHARE;
}

/* What it was started with, and had from us. */
static char *started_with(void)
{
    static const struct {
        int resource;
        const char *name;
    } limits[] = {{RLIMIT_AS, "RLIMIT_AS (ulimit -v)"}, {RLIMIT_DATA, "RLIMIT_DATA (ulimit -d)"}};
    struct rlimit limit;
    char size[SIZE_ROOM], *words;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (getrlimit(limits[i].resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
            return asprintf(&words, "%s is %s", limits[i].name, size_words(limit.rlim_cur, size)) <
                           0
                       ? NULL
                       : words;
    return NULL;
}

void kernel_reason_settle(struct kernel_reason *reason, struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct process *process = &outcome->processes[i];
        bool was_looked_at =
            reason->words != NULL && process->pid == reason->pid && process->began == reason->began;
        if (was_looked_at) {
            free(process->kernel_reason);
            process->kernel_reason = reason->words;
            reason->words = NULL;
        } else if (process->kernel.count > 0 && process->kernel_reason == NULL) {
            process->kernel_reason = started_with();
        }
    }
}

void kernel_reason_free(struct kernel_reason *reason)
{
    free(reason->words);
    reason->words = NULL;
}
