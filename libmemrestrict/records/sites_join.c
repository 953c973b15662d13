/* SPDX-License-Identifier: MIT */
#include "records/sites_inside.h"

#include "ground/counter.h"
#include "common/kernel.h"
#include "records/stack_cache.h"
#include "records/sites_twin.h"
#include "common/writer.h"

#include <stdatomic.h>

_Static_assert(SITES_MOST <= UINT16_MAX + 1, "a number fits");

bool sites_on;
struct sites_here *sites_here;
unsigned sites_depth;
static struct sites_map own; /* of sites_here, in a copy still the parent's */
static bool crashes_asked;
static struct site_amount noted; /* what blocks held before a fork */
static bool is_noted;
static bool fork_whole;

static void path_of(struct text *path, const struct accounts *accounts)
{
    path->length = 0;
    text_add(path, "/proc/");
    text_add_number(path, (uint64_t)accounts->command);
    text_add(path, "/fd/");
    text_add_number(path, (uint64_t)accounts->sites);
    text_add_char(path, '\0');
}

/* Is this the memory of a command of our build? Then the depth that it asks for. */
static unsigned depth_asked(const char *path)
{
    int error;
    unsigned asked = 0;
    struct sites_head *head = kernel_map_shared(path, 0, sizeof *head, SITES_FILE, &error);
    if (head == NULL)
        return 0;
    if (head->magic == SITES_MAGIC && head->version == SITES_VERSION &&
        head->size == sizeof(struct sites_area) && head->depth <= SITES_DEEPEST)
        asked = head->depth;
    crashes_asked = asked != 0 && head->crashes;
    kernel_pages_free(head, sizeof *head);
    return asked;
}

static bool map_area(struct sites_map *map, const struct accounts *accounts, unsigned slot)
{
    struct text path;
    path_of(&path, accounts);
    if (sites_depth == 0)
        sites_depth = depth_asked(path.bytes);
    return sites_depth != 0 && sites_map_open(map, path.bytes, slot);
}

static void start_here(void)
{
    sites_here->pid = kernel_pid();
    sites_here->map = &own;
}

static void begin(bool forked, struct site_amount held)
{
    struct sites_area *area = own.area;
    struct site *earlier = sites_map_site(&own, SITE_EARLIER);
    area->forked = forked;
    atomic_store(&area->site_count, SITE_FIRST);
    atomic_store(&area->held, held.bytes);
    atomic_store(&earlier->live_bytes, held.bytes);
    atomic_store(&earlier->live_blocks, held.blocks);
    atomic_store(&earlier->total_bytes, held.bytes);
    atomic_store(&earlier->total_blocks, held.blocks);
    atomic_store(&area->state, stack_start() && stack_cache_start() ? SITES_ON : SITES_NO_UNWIND);
}

static void join(const struct accounts *accounts, unsigned slot, bool forked,
                 struct site_amount held)
{
    if (!map_area(&own, accounts, slot))
        return;
    begin(forked, held);
    if (atomic_load(&own.area->state) != SITES_ON)
        return;
    start_here();
    sites_on = true;
}

void sites_join(const struct accounts *accounts, unsigned slot)
{
    if (accounts->sites < 0 ||
        (sites_here = (struct sites_here *)(void *)kernel_copy_mark()) == NULL)
        return;
    join(accounts, slot, false, (struct site_amount){0, 0});
}

static struct site_amount blocks_in(struct sites_map *map)
{
    struct site_amount sum = {.bytes = counter_get(&map->area->held)};
    uint32_t sites = atomic_load(&map->area->site_count);
    for (uint32_t i = 0; i < sites && i < SITES_MOST && sites_map_has_site(map, i); i++)
        sum.blocks += counter_get(&sites_map_site(map, i)->live_blocks);
    return sum;
}

void sites_fork_note(void)
{
    struct sites_map *map = sites_here_map();
    if (map != NULL)
        noted = blocks_in(map);
    is_noted = map != NULL;
}

void sites_fork_done(void) { is_noted = fork_whole = false; }

void sites_fork_whole(void) { fork_whole = true; }

static bool join_whole(const struct accounts *accounts, unsigned slot)
{
    static struct sites_map parents;
    parents = own;
    bool opened = map_area(&own, accounts, slot);
    if (!opened || !sites_twin(&own, &parents)) {
        if (opened)
            sites_map_close(&own);
        own = parents;
        return false;
    }
    start_here();
    sites_map_close(&parents);
    return true;
}

bool sites_join_forked(const struct accounts *accounts, unsigned slot)
{
    bool whole = fork_whole;
    fork_whole = false;
    if (!sites_on || own.area == NULL)
        return false;
    if (whole && join_whole(accounts, slot))
        return true;
    struct site_amount held = is_noted ? noted : blocks_in(&own);
    is_noted = false;
    sites_here->map = NULL;
    sites_map_close(&own);
    stack_cache_forget();
    join(accounts, slot, true, held);
    return false;
}

bool sites_wants_crashes(void) { return sites_on && crashes_asked; }

struct sites_map *sites_own(unsigned *frames)
{
    struct sites_map *map = sites_here_map();
    *frames = sites_depth;
    return map != NULL && sites_here->pid == kernel_pid() ? map : NULL;
}
