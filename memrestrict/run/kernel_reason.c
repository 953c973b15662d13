/* SPDX-License-Identifier: MIT */
#include "run/kernel_reason.h"

#include "base/duration.h"
#include "base/size_words.h"
#include "base/string_file.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SHARE = 20 }; /* looks take 1/SHARE of the time at most */

static bool is_brk(const char *call)
{
    return strcmp(call, "brk") == 0 || strcmp(call, "sbrk") == 0;
}

static bool would_pass(uint64_t used, uint64_t more, uint64_t limit)
{
    return limit != SPACE_UNKNOWN && (used >= limit || more > limit - used);
}

static bool say_heap(FILE *file, const struct address_space *space, uint64_t size)
{
    const struct mapping *next;
    char room[SIZE_ROOM];
    uint64_t left = space_heap_room(space, &next);
    if (left >= size || next == NULL)
        return false;
    fputs("the heap is boxed in by ", file);
    text_safe(file, mapping_name(next));
    fprintf(file, ", %s above the break", size_words(next->low - space->break_end, room));
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
static bool say_mappings(FILE *file, const struct address_space *space)
{
    int64_t most = space->system.max_map_count;
    if (most <= 0 || (int64_t)space->count + 2 < most)
        return false;
    fprintf(file, "%zu mappings of at most %" PRId64 " (vm.max_map_count)", space->count, most);
    return true;
}

static bool say_addresses(FILE *file, const struct address_space *space, uint64_t size)
{
    char room[SIZE_ROOM];
    struct space_sums sums = space_sums(space);
    if (sums.largest_gap >= size)
        return false;
    fprintf(file, "its largest free range of addresses has %s", size_words(sums.largest_gap, room));
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

char *kernel_reason_of(const struct address_space *space, const char *call, uint64_t size)
{
    struct string_file words;
    const struct space_limits *limits = &space->limits;
    FILE *file = string_file_open(&words);
    if (file == NULL)
        return NULL;
    bool known =
        (is_brk(call) && say_heap(file, space, size)) ||
        say_limit(file, "RLIMIT_AS (ulimit -v)", space->mapped, size, limits->address_space) ||
        say_limit(file, "RLIMIT_DATA (ulimit -d)", space->data_used, size, limits->data) ||
        say_mappings(file, space) || say_addresses(file, space, size) ||
        say_machine(file, &space->system, size);
    char *text = string_file_close(&words);
    if (known)
        return text;
    free(text);
    return NULL;
}

static void look_at(struct kernel_reason *reason, const struct roster_process *process)
{
    struct address_space space;
    reason->done = true;
    if (!process->live || !process->seen || !space_try(process->pid, &space))
        return;
    if (space.start_time == process->start_time)
        reason->words = kernel_reason_of(&space, process->kernel.call, process->kernel.size);
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

const char *kernel_reason_words(struct kernel_reason *reason)
{
    struct rlimit limit;
    char size[SIZE_ROOM];
    if (reason->words != NULL)
        return reason->words;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        if (asprintf(&reason->words, "RLIMIT_AS (ulimit -v) is %s",
                     size_words(limit.rlim_cur, size)) < 0)
            reason->words = NULL;
    } else if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        if (asprintf(&reason->words, "RLIMIT_DATA (ulimit -d) is %s",
                     size_words(limit.rlim_cur, size)) < 0)
            reason->words = NULL;
    }
    return reason->words;
}

void kernel_reason_free(struct kernel_reason *reason)
{
    free(reason->words);
    reason->words = NULL;
}
