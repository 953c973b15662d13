/* SPDX-License-Identifier: MIT */
#include "sites.h"

#include "counter.h"
#include "kernel.h"
#include "modules.h"
#include "recall.h"
#include "site_name.h"
#include "sites_twin.h"
#include "writer.h"

#include <stddef.h>
#include <string.h>

enum {
    PEAK_STEP = 128 /* a peak is copied when it is higher than the last by this part */
};
_Static_assert(SITES_MOST <= UINT16_MAX + 1, "a number fits");

/* On a page that is zeros again in a copy of the process (see kernel_copy_mark). */
struct here {
    struct sites_area *area;
    int pid; /* whose it is: a vfork child has its parent's memory */
};

bool sites_on;
static struct here *here;
static struct sites_area *mapped; /* the same, in a copy still the parent's */
static unsigned depth;
static bool crashes_asked;
static struct site_amount noted; /* what blocks held before a fork */
static bool is_noted;
static bool fork_whole;

static inline struct sites_area *area_here(void) { return here != NULL ? here->area : NULL; }

static inline void count(_Atomic uint64_t *at, uint64_t bytes, bool alone)
{
    if (alone)
        counter_subtract(at, -bytes, true);
    else
        atomic_fetch_add_explicit(at, bytes, memory_order_relaxed);
}

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
    struct sites_head *head = kernel_map_shared(path, 0, sizeof *head, &error);
    if (head == NULL)
        return 0;
    if (head->magic == SITES_MAGIC && head->version == SITES_VERSION &&
        head->size == sizeof(struct sites_area) && head->depth <= SITES_DEEPEST)
        asked = head->depth;
    crashes_asked = asked != 0 && head->crashes;
    kernel_pages_free(head, sizeof *head);
    return asked;
}

static struct sites_area *map_area(const struct accounts *accounts, unsigned slot)
{
    struct text path;
    int error;
    path_of(&path, accounts);
    if (depth == 0)
        depth = depth_asked(path.bytes);
    if (depth == 0)
        return NULL;
    return kernel_map_shared(path.bytes, (int64_t)(SITES_AREA * (slot + 1)),
                             sizeof(struct sites_area), &error);
}

static void begin(struct sites_area *area, bool forked, struct site_amount held)
{
    struct site *earlier = &area->sites[SITE_EARLIER];
    area->forked = forked;
    atomic_store(&area->site_count, SITE_FIRST);
    atomic_store(&area->held, held.bytes);
    atomic_store(&earlier->live_bytes, held.bytes);
    atomic_store(&earlier->live_blocks, held.blocks);
    atomic_store(&earlier->total_bytes, held.bytes);
    atomic_store(&earlier->total_blocks, held.blocks);
    atomic_store(&area->state, stack_start() && recall_start() ? SITES_ON : SITES_NO_UNWIND);
}

static void join(const struct accounts *accounts, unsigned slot, bool forked,
                 struct site_amount held)
{
    mapped = map_area(accounts, slot);
    if (mapped == NULL)
        return;
    begin(mapped, forked, held);
    if (atomic_load(&mapped->state) != SITES_ON)
        return;
    here->pid = kernel_pid();
    here->area = mapped;
    sites_on = true;
}

void sites_join(const struct accounts *accounts, unsigned slot)
{
    if (accounts->sites < 0 || (here = (struct here *)(void *)kernel_copy_mark()) == NULL)
        return;
    join(accounts, slot, false, (struct site_amount){0, 0});
}

static struct site_amount blocks_in(const struct sites_area *area)
{
    struct site_amount sum = {.bytes = counter_get(&area->held)};
    uint32_t sites = atomic_load(&area->site_count);
    for (uint32_t i = 0; i < sites && i < SITES_MOST; i++)
        sum.blocks += counter_get(&area->sites[i].live_blocks);
    return sum;
}

void sites_fork_note(void)
{
    struct sites_area *area = area_here();
    if (area != NULL)
        noted = blocks_in(area);
    is_noted = area != NULL;
}

void sites_fork_done(void) { is_noted = fork_whole = false; }

void sites_fork_whole(void) { fork_whole = true; }

static bool join_whole(const struct accounts *accounts, unsigned slot)
{
    struct sites_area *parents = mapped, *area = map_area(accounts, slot);
    if (area == NULL)
        return false;
    sites_twin(area, parents);
    mapped = area;
    here->pid = kernel_pid();
    here->area = area;
    kernel_pages_free(parents, sizeof *parents);
    return true;
}

bool sites_join_forked(const struct accounts *accounts, unsigned slot)
{
    bool whole = fork_whole;
    fork_whole = false;
    if (!sites_on || mapped == NULL)
        return false;
    if (whole && join_whole(accounts, slot))
        return true;
    struct site_amount held = is_noted ? noted : blocks_in(mapped);
    is_noted = false;
    here->area = NULL;
    kernel_pages_free(mapped, sizeof *mapped);
    recall_forget();
    join(accounts, slot, true, held);
    return false;
}

static uint64_t hash_of(const uintptr_t *addresses, unsigned length)
{
    uint64_t hash = length;
    for (unsigned i = 0; i < length; i++) {
        hash = (hash ^ addresses[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash | 1;
}

/* A site of its own for the stack, in no table yet. 0: there is no room. */
static COLD uint32_t make_site(struct sites_area *area, uint64_t hash, const uintptr_t *addresses,
                               unsigned length)
{
    if (atomic_load(&area->site_count) >= SITES_MOST ||
        atomic_load(&area->frame_count) + length > SITES_FRAMES)
        return 0;
    uint32_t number = atomic_fetch_add(&area->site_count, 1);
    uint32_t first = atomic_fetch_add(&area->frame_count, length);
    if (number >= SITES_MOST || first + length > SITES_FRAMES)
        return 0;
    for (unsigned i = 0; i < length; i++)
        atomic_store_explicit(&area->frames[first + i], modules_frame(area, addresses[i]),
                              memory_order_relaxed);
    area->sites[number].frames = first;
    area->sites[number].frame_count = (uint16_t)length;
    area->sites[number].name = site_name(addresses, length);
    atomic_store_explicit(&area->sites[number].hash, hash, memory_order_release);
    return number;
}

static COLD uint32_t lost(struct sites_area *area)
{
    atomic_fetch_add_explicit(&area->lost, 1, memory_order_relaxed);
    return SITE_OTHER;
}

static inline uint32_t find_site(struct sites_area *area, const uintptr_t *addresses,
                                 unsigned length)
{
    uint64_t hash = hash_of(addresses, length);
    uint32_t made = 0;
    for (unsigned probe = 0; probe < SITES_PROBES; probe++) {
        _Atomic uint32_t *slot = &area->table[((hash >> 40) + probe) % SITES_TABLE];
        uint32_t number = atomic_load_explicit(slot, memory_order_acquire);
        if (number == 0) {
            if (made == 0 && (made = make_site(area, hash, addresses, length)) == 0)
                return lost(area);
            if (atomic_compare_exchange_strong(slot, &number, made))
                return made;
        }
        if (atomic_load_explicit(&area->sites[number].hash, memory_order_relaxed) == hash)
            return number;
    }
    return lost(area);
}

static ASIDE uint32_t site_by_walk(struct sites_area *area, const struct stack_at *at)
{
    uintptr_t addresses[SITES_DEEPEST];
    unsigned length = stack_walk(at, addresses, depth, NULL);
    return length == 0 ? SITE_OTHER : find_site(area, addresses, length);
}

static ASIDE uint32_t site_by_walk_to_keep(struct sites_area *area, const struct stack_at *at)
{
    uintptr_t addresses[SITES_DEEPEST];
    struct stack_reads reads;
    unsigned length = stack_walk(at, addresses, depth, &reads);
    uint32_t number = length == 0 ? SITE_OTHER : find_site(area, addresses, length);
    if (number >= SITE_FIRST)
        recall_keep(at, &reads, number);
    return number;
}

static inline uint32_t site_of(struct sites_area *area, const struct stack_at *from)
{
    struct stack_at at;
    if (!stack_leave_library(from, &at))
        return SITE_OTHER;
    uint32_t number = recall_find(&at);
    if (LIKELY(number != 0))
        return number;
    return recall_wants(&at) ? site_by_walk_to_keep(area, &at) : site_by_walk(area, &at);
}

static inline void add(struct sites_area *area, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = &area->sites[number];
    count(&site->live_bytes, size, alone);
    count(&site->live_blocks, 1, alone);
    count(&site->total_bytes, size, alone);
    count(&site->total_blocks, 1, alone);
    count(&area->held, size, alone);
}

static inline void subtract(struct sites_area *area, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = &area->sites[number];
    count(&site->live_bytes, -size, alone);
    count(&site->live_blocks, -UINT64_C(1), alone);
    count(&area->held, -size, alone);
}

uint16_t sites_gain(uint64_t size, const struct stack_at *from)
{
    struct sites_area *area = area_here();
    uint32_t number = SITE_OTHER;
    if (LIKELY(area != NULL)) {
        number = site_of(area, from);
        add(area, number, size);
    }
    return (uint16_t)number;
}

void sites_lose(uint16_t number, uint64_t size)
{
    struct sites_area *area = area_here();
    if (LIKELY(area != NULL))
        subtract(area, number, size);
}

void sites_forget(uint16_t number, uint64_t size)
{
    struct sites_area *area = area_here();
    if (area == NULL)
        return;
    subtract(area, number, size);
    add(area, SITE_EARLIER, size);
}

uint16_t sites_find(const struct stack_at *from)
{
    struct sites_area *area = area_here();
    return area != NULL ? (uint16_t)site_of(area, from) : 0;
}

uint64_t sites_name(uint16_t number)
{
    struct sites_area *area = area_here();
    return area != NULL && number >= SITE_FIRST ? area->sites[number].name : 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_frame(uint64_t hash, const struct sites_area *area, uint64_t frame)
{
    uint64_t build = 0, module = frame >> SITES_OFFSET_BITS;
    if (module > 0)
        memcpy(&build, area->modules[module - 1].build_id, sizeof build);
    return mix(mix(hash, build), module > 0 ? frame & SITES_OFFSET_MASK : 0);
}

uint64_t sites_inner_name(uint16_t number, unsigned frames)
{
    struct sites_area *area = area_here();
    uint64_t name = frames;
    if (area == NULL || number < SITE_FIRST)
        return 0;
    const struct site *site = &area->sites[number];
    for (unsigned i = 0; i < frames && i < site->frame_count; i++)
        name = mix_frame(name, area, atomic_load(&area->frames[site->frames + i]));
    return name | 1;
}

bool sites_is_unseen(uint16_t number)
{
    struct sites_area *area = area_here();
    return area != NULL && !atomic_load_explicit(&area->sites[number].seen, memory_order_relaxed);
}

void sites_see(uint16_t number)
{
    struct sites_area *area = area_here();
    if (area != NULL)
        atomic_store_explicit(&area->sites[number].seen, 1, memory_order_relaxed);
}

void sites_region_changed(uint16_t number, int64_t bytes)
{
    struct sites_area *area = area_here();
    if (area == NULL)
        return;
    if (bytes < 0)
        sites_before_fall();
    else
        count(&area->sites[number].total_bytes, (uint64_t)bytes, false);
    count(&area->sites[number].live_bytes, (uint64_t)bytes, false);
    count(&area->held, (uint64_t)bytes, false);
}

static void copy_all(struct sites_area *area, struct sites_copy *copy)
{
    uint32_t sites = atomic_load(&area->site_count);
    copy->count = sites < SITES_MOST ? sites : SITES_MOST;
    copy->held = counter_get(&area->held);
    copy->others = counter_get(&area->others);
    copy->when = kernel_clock();
    for (uint32_t i = 0; i < copy->count; i++)
        copy->amounts[i] = (struct site_amount){counter_get(&area->sites[i].live_bytes),
                                                counter_get(&area->sites[i].live_blocks)};
}

/* One thread at a time makes copies; who comes second goes on without. */
static bool copy_begins(struct sites_area *area)
{
    return atomic_exchange_explicit(&area->copying, 1, memory_order_acquire) == 0;
}

static void copy_ends(struct sites_area *area)
{
    atomic_store_explicit(&area->copying, 0, memory_order_release);
}

static COLD void copy_peak(struct sites_area *area)
{
    if (!copy_begins(area))
        return;
    uint32_t whole = atomic_load(&area->peak_copy), next = whole == 1 ? 2 : 1;
    struct sites_copy *copy = &area->peaks[next - 1];
    copy_all(area, copy);
    uint64_t held = copy->held + copy->others;
    atomic_store_explicit(&area->peak_copy, next, memory_order_release);
    atomic_store_explicit(&area->peak_next, held + held / PEAK_STEP, memory_order_relaxed);
    copy_ends(area);
}

void sites_before_fall(void)
{
    struct sites_area *area = area_here();
    if (area != NULL && UNLIKELY(counter_get(&area->held) + counter_get(&area->others) >
                                 counter_get(&area->peak_next)))
        copy_peak(area);
}

void sites_use_changed(uint64_t used)
{
    struct sites_area *area = area_here();
    uint64_t heap = area != NULL ? counter_get(&area->held) : 0;
    if (area != NULL)
        atomic_store_explicit(&area->others, used > heap ? used - heap : 0, memory_order_relaxed);
}

void sites_refused(uint64_t size, bool first)
{
    struct sites_area *area = area_here();
    if (area == NULL)
        return;
    struct stack_at from = stack_here();
    uint32_t number = site_of(area, &from);
    count(&area->sites[number].refusals, 1, false);
    if (!first)
        return;
    copy_all(area, &area->refusal);
    area->refused_size = size;
    atomic_store(&area->refused_site, number);
    atomic_store_explicit(&area->refusal_copy, 1, memory_order_release);
}

bool sites_wants_crashes(void) { return sites_on && crashes_asked; }

struct sites_area *sites_own(unsigned *frames)
{
    struct sites_area *area = area_here();
    *frames = depth;
    return area != NULL && here->pid == kernel_pid() ? area : NULL;
}
