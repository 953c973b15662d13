/* SPDX-License-Identifier: MIT */
#include "sites/sites.h"

#include "sites/sites_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sites {
    int fd;
    unsigned depth;
    struct sites_process **processes;
    size_t count, room;
};

const char *sites_moment_name(enum sites_moment moment)
{
    static const char *const names[SITES_MOMENTS] = {"peak", "first refusal", "end"};
    return names[moment];
}

struct sites *sites_open(unsigned depth, bool crashes)
{
    struct sites *sites = calloc(1, sizeof *sites);
    if (sites == NULL)
        return NULL;
    sites->depth = depth;
    sites->fd = sites_memory_open(&sites->depth, crashes);
    if (sites->fd >= 0)
        return sites;
    int error = errno;
    sites_close(sites);
    errno = error;
    return NULL;
}

int sites_fd(const struct sites *sites) { return sites->fd; }

unsigned sites_depth(const struct sites *sites) { return sites->depth; }

static bool make_room(struct sites *sites)
{
    if (sites->count < sites->room)
        return true;
    size_t room = sites->room == 0 ? 16 : 2 * sites->room;
    struct sites_process **more = realloc(sites->processes, room * sizeof *more);
    if (more == NULL)
        return false;
    sites->processes = more;
    sites->room = room;
    return true;
}

bool sites_collect(struct sites *sites, unsigned slot, int pid, const char *program, uint64_t used,
                   uint64_t began)
{
    struct sites_process *process =
        make_room(sites) ? sites_read(sites->fd, slot, pid, program, used, began) : NULL;
    if (process == NULL)
        return false;
    sites->processes[sites->count++] = process;
    return true;
}

void sites_shorten(struct sites *sites)
{
    struct sites_process *process = sites->count > 0 ? sites->processes[sites->count - 1] : NULL;
    size_t kept = 0;
    for (size_t i = 0; process != NULL && i < process->stack_count; i++) {
        struct sites_stack *stack = &process->stacks[i];
        struct sites_amount end = stack->at[SITES_AT_END];
        bool wanted = process->crash.signal == 0 && (end.blocks | end.bytes) != 0;
        if (wanted)
            process->stacks[kept++] = *stack;
        else
            free(stack->frames);
    }
    if (process == NULL)
        return;
    process->shortened = true;
    process->stack_count = kept;
    process->refused = NULL;
    struct sites_stack *less = realloc(process->stacks, (kept + 1) * sizeof *less);
    if (less != NULL)
        process->stacks = less;
}

void sites_release(struct sites *sites, unsigned slot) { sites_memory_release(sites->fd, slot); }

void sites_close(struct sites *sites)
{
    if (sites == NULL)
        return;
    for (size_t i = 0; i < sites->count; i++)
        sites_process_free(sites->processes[i]);
    free(sites->processes);
    if (sites->fd >= 0)
        close(sites->fd);
    free(sites);
}

size_t sites_count(const struct sites *sites) { return sites->count; }

const struct sites_process *sites_process(const struct sites *sites, size_t index)
{
    return sites->processes[index];
}

const struct sites_process *sites_of(const struct sites *sites, int pid, uint64_t began)
{
    for (size_t i = sites->count; i-- > 0;)
        if (sites->processes[i]->pid == pid && sites->processes[i]->began == began)
            return sites->processes[i];
    return NULL;
}

/* It has something to show; was refused, and earlier than the other; or, where neither was, is
 * larger. */
static bool matters_more(const struct sites_process *one, const struct sites_process *other)
{
    if ((one->stack_count > 0) != (other->stack_count > 0))
        return one->stack_count > 0;
    bool refused = one->has[SITES_AT_REFUSAL];
    if (refused != other->has[SITES_AT_REFUSAL])
        return refused;
    return refused ? one->when[SITES_AT_REFUSAL] < other->when[SITES_AT_REFUSAL]
                   : one->sum[SITES_AT_PEAK].bytes > other->sum[SITES_AT_PEAK].bytes;
}

const struct sites_process *sites_chosen(const struct sites *sites)
{
    const struct sites_process *chosen = NULL;
    for (size_t i = 0; i < sites->count; i++)
        if (!sites->processes[i]->shortened &&
            (chosen == NULL || matters_more(sites->processes[i], chosen)))
            chosen = sites->processes[i];
    return chosen;
}

static enum sites_moment sorted_moment; /* qsort(3) passes nothing on */

/* By bytes; then by what is the same in every run. */
static int compare(const void *left, const void *right)
{
    const struct sites_stack *a = *(const struct sites_stack *const *)left;
    const struct sites_stack *b = *(const struct sites_stack *const *)right;
    uint64_t bytes_a = a->at[sorted_moment].bytes, bytes_b = b->at[sorted_moment].bytes;
    if (bytes_a != bytes_b)
        return bytes_a < bytes_b ? 1 : -1;
    for (size_t i = 0; i < a->frame_count && i < b->frame_count; i++)
        if (a->frames[i].offset != b->frames[i].offset)
            return a->frames[i].offset < b->frames[i].offset ? -1 : 1;
    return (a->frame_count > b->frame_count) - (a->frame_count < b->frame_count);
}

const struct sites_stack **sites_sorted(const struct sites_process *process,
                                        enum sites_moment moment, size_t *count)
{
    const struct sites_stack **sorted = calloc(process->stack_count + 1, sizeof *sorted);
    *count = 0;
    if (sorted == NULL)
        return NULL;
    for (size_t i = 0; i < process->stack_count; i++)
        if (process->stacks[i].at[moment].bytes > 0)
            sorted[(*count)++] = &process->stacks[i];
    sorted_moment = moment;
    qsort(sorted, *count, sizeof *sorted, compare);
    return sorted;
}
