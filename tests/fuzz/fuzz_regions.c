/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over the order of decisions for mappings. The input is a sequence of calls on a few
 * pages of made-up address space, and says for each whether the kernel did it, refused it, or
 * failed after it had done a part. A model with one byte a page says what must be charged and what
 * is refused. While one call is under way another may be made beside it, as by another thread.
 */
#include "records/budget.h"
#include "decide/gate.h"
#include "decide/gate_refusals.h"
#include "decide/gate_regions.h"
#include "ground/maps.h"
#include "ground/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGES = 64, MOST = 12, STEPS = 400, HEAP_MOST = 5 * 4096 };
#define LOW ((uintptr_t)0x10000000)
#define HEAP ((uintptr_t)0x20000000)

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is on a page: the states that regions.h has, and a mapping of somebody else. */
enum { NONE = REGION_NONE, RESERVED = REGION_RESERVED, CHARGED = REGION_CHARGED, FOREIGN };
enum { MOVE = MREMAP_MAYMOVE, ONTO = MREMAP_FIXED, STAY = MREMAP_DONTUNMAP };
enum outcome { DONE, HALF_DONE, FAILED };

static struct {
    const uint8_t *at, *end;
} input;
static uint8_t model[PAGES];
static size_t heap; /* bytes below the break */
static size_t page;

/* The pages that a call may use: all, or those that the call under way does not. */
struct area {
    unsigned low, high;
};
static void one_call(struct area area, bool nested);

static unsigned pick(unsigned below) { return input.at < input.end ? *input.at++ % below : 0; }

static uintptr_t address(unsigned number) { return LOW + number * page; }
static void *pointer(unsigned number) { return (void *)address(number); }

static unsigned pick_start(struct area area)
{
    return area.low + pick(area.high - area.low - MOST);
}

/* So many pages, or some bytes less. */
static size_t bytes_of(unsigned pages) { return pages * page - (pages > 0 ? pick(2) * 100 : 0); }

static void set(unsigned low, unsigned count, uint8_t state) { memset(model + low, state, count); }

static uint64_t charged_in(unsigned low, unsigned count)
{
    uint64_t bytes = 0;
    for (unsigned i = low; i < low + count; i++)
        bytes += model[i] == CHARGED ? page : 0;
    return bytes;
}

/* The first run of so many unmapped pages; area.high if there is none. */
static unsigned find_room(struct area area, unsigned count)
{
    unsigned run = 0;
    for (unsigned i = area.low; i < area.high; i++) {
        run = model[i] == NONE ? run + 1 : 0;
        if (run == count)
            return i + 1 - count;
    }
    return area.high;
}

/* The list of mappings that the library may read when a call has failed. */
static void publish(void)
{
    static int fd = -1;
    static char path[64];
    char text[PAGES * 64], *at = text;
    if (fd < 0) {
        fd = memfd_create("maps", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        maps_source = path;
    }
    for (unsigned i = 0, end; i < PAGES; i = end) {
        for (end = i + 1; end < PAGES && model[end] == model[i]; end++)
            ;
        if (model[i] != NONE)
            at += sprintf(at, "%zx-%zx %s 00000000 00:00 0\n", address(i), address(end),
                          model[i] == RESERVED ? "---p" : "rw-p");
    }
    at += sprintf(at, "%zx-%zx rw-p 00000000 00:00 0\n", HEAP, HEAP + 16 * page);
    REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)(at - text), 0) == at - text);
}

/* Whether `more` bytes beside `less` that are given back must be refused now. */
static bool must_refuse(uint64_t more, uint64_t less)
{
    struct budget_figures now = budget_read();
    REQUIRE(now.used <= now.limit);
    errno = 0;
    return more > less && more - less > now.limit - now.used;
}

/* What begin returned is what the model says; whether the call goes on. */
static bool goes_on(bool admitted, bool refused, uint64_t refusals)
{
    REQUIRE(admitted == !refused);
    REQUIRE(gate_figures().refusals == refusals + refused);
    REQUIRE(!refused || errno == ENOMEM);
    return admitted;
}

/* Between begin and end: another call on the pages that this one does not touch. */
static void meanwhile(struct area area, bool nested)
{
    if (!nested && area.low > 0 && pick(2))
        one_call((struct area){0, area.low}, true);
}

/* One that can be mapped, or the refusal would be another. */
static int a_file(void)
{
    static int fd = -1;
    if (fd < 0)
        fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    return fd;
}

static void call_map(struct area area, bool nested)
{
    static const int kinds[] = {MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS,
                                MAP_PRIVATE, MAP_SHARED};
    static const int places[] = {0, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE};
    struct gate_region region;
    unsigned kind = pick(4), place = pick(4), start = pick_start(area), count = 1 + pick(MOST);
    int prot = pick(3) == 0 ? PROT_NONE : pick(3) == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    enum outcome outcome = (enum outcome)pick(3);
    uint8_t state = kind == 3 ? FOREIGN : prot & PROT_WRITE ? CHARGED : RESERVED;
    bool fixed = places[place] == MAP_FIXED;
    uint64_t more = state == CHARGED ? count * page : 0;
    uint64_t less = fixed ? charged_in(start, count) : 0;
    uint64_t refusals = gate_figures().refusals;
    bool refused = must_refuse(more, less);
    if (!goes_on(gate_map_begin(&region, pointer(start), bytes_of(count), prot,
                                kinds[kind] | places[place], a_file()),
                 refused, refusals))
        return;
    meanwhile(area, nested);
    if (places[place] == MAP_FIXED_NOREPLACE &&
        find_room((struct area){start, start + count}, count) != start)
        outcome = FAILED;
    if (places[place] == 0)
        start = find_room(area, count);
    if (start == area.high)
        outcome = FAILED;
    if (outcome == DONE)
        set(start, count, state);
    else if (outcome == HALF_DONE && fixed)
        set(start, count, NONE);
    publish();
    REQUIRE(gate_map_end(&region, outcome == DONE ? pointer(start) : MAP_FAILED));
}

static void call_unmap(struct area area, bool nested)
{
    struct gate_region region;
    unsigned start = pick_start(area), count = 1 + pick(MOST);
    bool done = pick(4) != 0;
    REQUIRE(gate_unmap_begin(&region, pointer(start), bytes_of(count), false));
    meanwhile(area, nested);
    if (done)
        set(start, count, NONE);
    publish();
    gate_unmap_end(&region, done);
}

static void call_protect(struct area area, bool nested)
{
    struct gate_region region;
    unsigned start = pick_start(area), count = 1 + pick(MOST), changed = 0;
    uint8_t state = pick(2) ? CHARGED : RESERVED;
    enum outcome outcome = (enum outcome)pick(3);
    uint64_t more = 0, refusals = gate_figures().refusals;
    for (unsigned i = start; i < start + count; i++)
        more += state == CHARGED && model[i] == RESERVED ? page : 0;
    bool refused = must_refuse(more, 0);
    if (!goes_on(gate_protect_begin(&region, pointer(start), bytes_of(count),
                                    state == CHARGED ? PROT_WRITE : PROT_READ),
                 refused, refusals))
        return;
    meanwhile(area, nested);
    changed = outcome == DONE ? count : outcome == HALF_DONE ? pick(count) : 0;
    for (unsigned i = start; i < start + changed; i++)
        if (model[i] == RESERVED || model[i] == CHARGED)
            model[i] = state;
    publish();
    gate_protect_end(&region, outcome == DONE);
}

struct remap {
    unsigned from, was, will, to; /* pages; `was` and `will` are the lengths */
    bool may_move, fixed, stays;
};

static bool overlap(const struct remap *r)
{
    return r->fixed && r->from < r->to + r->will && r->to < r->from + (r->was != 0 ? r->was : 1);
}

/* The state of what growth adds. */
static uint8_t growth(const struct remap *r)
{
    if (r->will <= r->was)
        return NONE;
    if (r->was == 0 && overlap(r))
        return NONE;
    return model[r->was == 0 ? r->from : r->from + r->was - 1];
}

static bool is_sound(const struct remap *r)
{
    return (!r->fixed || r->may_move) && (!r->stays || (r->may_move && r->was == r->will));
}

/* Does the part of the source that is moved have a page in this state? */
static bool has(const struct remap *r, uint8_t state)
{
    unsigned kept = r->was < r->will ? r->was : r->will;
    return kept > 0 && memchr(model + r->from, state, kept) != NULL;
}

static bool remap_refused(const struct remap *r)
{
    uint64_t more = growth(r) == CHARGED ? (r->will - r->was) * page : 0, less = 0;
    bool credits = r->fixed && !has(r, NONE); /* what is opposite a hole may stay */
    for (unsigned i = r->to; credits && i < r->to + r->will; i++)
        less += model[i] == CHARGED && !(i >= r->from && i < r->from + r->was) ? page : 0;
    if (r->stays)
        more += charged_in(r->from, r->was);
    else if (r->was > r->will)
        less += charged_in(r->from + r->will, r->was - r->will);
    return must_refuse(more, less);
}

/* Where the kernel would put it; area.high for nowhere. */
static unsigned destination(const struct remap *r, struct area area)
{
    struct area behind = {r->from + r->was, r->from + r->will};
    if (!is_sound(r) || overlap(r) || (r->will > r->was && growth(r) == NONE))
        return area.high;
    if (r->fixed)
        return r->to;
    if (!r->stays && r->was != 0 &&
        (r->will <= r->was || find_room(behind, r->will - r->was) == behind.low))
        return r->from;
    return r->may_move ? find_room(area, r->will) : area.high;
}

static void move(const struct remap *r, unsigned to)
{
    uint8_t moved[MOST + 1];
    unsigned kept = r->was < r->will ? r->was : r->will;
    memset(moved, growth(r), sizeof moved);
    memcpy(moved, model + r->from, kept);
    if (!r->stays)
        set(r->from, r->was, NONE);
    memcpy(model + to, moved, r->will);
}

static void call_remap(struct area area, bool nested)
{
    static const int kinds[] = {0, MOVE, MOVE | ONTO, MOVE | STAY, MOVE | ONTO | STAY, ONTO, STAY};
    struct gate_region region;
    int flags = kinds[pick(7)];
    struct remap r = {.may_move = flags & MOVE, .fixed = flags & ONTO, .stays = flags & STAY};
    r.from = pick_start(area);
    r.to = pick_start(area);
    r.was = pick(MOST);
    r.will = 1 + pick(MOST - 1);
    if (pick(2))
        r.will = r.was != 0 ? r.was : r.will;
    if (r.fixed && has(&r, NONE) && has(&r, FOREIGN))
        return; /* what stays opposite the hole cannot be told from the stranger that has moved */
    publish();
    enum outcome outcome = (enum outcome)pick(3);
    uint64_t refusals = gate_figures().refusals;
    bool refused = !(r.stays && !is_sound(&r)) && remap_refused(&r);
    if (!goes_on(gate_remap_begin(&region, pointer(r.from), bytes_of(r.was), bytes_of(r.will),
                                  flags, pointer(r.to)),
                 refused, refusals))
        return;
    meanwhile(area, nested);
    unsigned to = destination(&r, area);
    bool done = outcome == DONE && to != area.high;
    if (done)
        move(&r, to);
    else if (outcome == HALF_DONE && r.fixed && is_sound(&r) && !overlap(&r)) {
        set(r.to, r.will, NONE);
        if (r.was > r.will)
            set(r.from + r.will, r.was - r.will, NONE);
    }
    publish();
    gate_remap_end(&region, done ? pointer(to) : MAP_FAILED);
}

static void call_break(bool nested)
{
    struct gate_region region;
    size_t to = (pick(256) * 256u + pick(256)) % HEAP_MOST;
    bool done = pick(4) != 0;
    uint64_t refusals = gate_figures().refusals;
    bool refused = must_refuse(to > heap ? to - heap : 0, 0);
    if (!goes_on(gate_break_begin(&region, CALL_brk, HEAP + heap, HEAP + to), refused, refusals))
        return;
    meanwhile((struct area){PAGES / 2, PAGES}, nested);
    if (done)
        heap = to;
    publish();
    gate_break_end(&region, done);
}

/* Arguments that no kernel takes: nothing is counted, whatever comes of the call. */
static void call_badly(void)
{
    struct gate_region region;
    int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, prot = PROT_READ | PROT_WRITE;
    bool done = pick(2);
    size_t length = pick(2) ? 0 : SIZE_MAX - pick(256);
    void *odd = (char *)pointer(pick(PAGES)) + 1;
    publish();
    REQUIRE(gate_map_begin(&region, odd, page, prot, fixed, -1));
    REQUIRE(gate_map_end(&region, done ? odd : MAP_FAILED));
    REQUIRE(gate_unmap_begin(&region, odd, page, false));
    gate_unmap_end(&region, done);
    REQUIRE(gate_unmap_begin(&region, pointer(0), length, false));
    gate_unmap_end(&region, done);
    REQUIRE(gate_protect_begin(&region, odd, page, prot));
    gate_protect_end(&region, done);
    REQUIRE(gate_remap_begin(&region, pointer(0), page, length, MREMAP_MAYMOVE, NULL));
    gate_remap_end(&region, MAP_FAILED);
    REQUIRE(gate_remap_begin(&region, odd, page, page, MREMAP_MAYMOVE, NULL));
    gate_remap_end(&region, MAP_FAILED);
}

static void one_call(struct area area, bool nested)
{
    unsigned kind = pick(10);
    if (kind < 3)
        call_map(area, nested);
    else if (kind < 5)
        call_unmap(area, nested);
    else if (kind < 7)
        call_protect(area, nested);
    else if (kind < 9)
        call_remap(area, nested);
    else if (!nested && pick(4) != 0)
        call_break(nested);
    else
        call_badly();
}

static void check_bytes(void)
{
    uint64_t bytes = charged_in(0, PAGES) + heap;
    REQUIRE(budget_read().used == bytes);
    REQUIRE(regions_live(&regions_own).bytes == bytes);
}

static void check_pages(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        enum region_state state = model[i] == FOREIGN ? REGION_NONE : (enum region_state)model[i];
        REQUIRE(regions_at(&regions_own, address(i)) == state &&
                regions_at(&regions_own, address(i + 1) - 1) == state);
    }
    REQUIRE(heap == 0 || regions_at(&regions_own, HEAP + heap - 1) == REGION_CHARGED);
    REQUIRE(regions_at(&regions_own, HEAP + heap) == REGION_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gate_region region;
    struct config config = {.count = COUNT_HEAP | COUNT_REGIONS};
    input.at = data;
    input.end = data + size;
    page = pages_size();
    config.limit = pick(PAGES + 8) * page + pick(100);
    gate_start(&config, "me");
    gate_regions_start(&config);
    for (unsigned i = 0; i < STEPS && input.at < input.end; i++) {
        unsigned low = pick(4) == 0 ? PAGES / 2 : 0;
        one_call((struct area){low, PAGES}, false);
        check_bytes();
        if (i % 16 == 0)
            check_pages();
    }
    check_pages();
    REQUIRE(gate_unmap_begin(&region, pointer(0), PAGES * page, false));
    gate_unmap_end(&region, true);
    REQUIRE(gate_break_begin(&region, CALL_brk, HEAP + heap, HEAP));
    gate_break_end(&region, true);
    memset(model, NONE, sizeof model);
    heap = 0;
    check_bytes();
    check_pages();
    return 0;
}
