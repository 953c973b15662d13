/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over the order of decisions for mappings. The input is a sequence of calls on a few
 * pages of made-up address space, and says for each whether the kernel did it, refused it, or
 * failed after it had done a part. A model with one byte a page says what must be charged, to whom,
 * and what is refused: calls are made in scopes, too. While one call is under way another may be
 * made beside it, as by another thread.
 */
#include "records/budget.h"
#include "decide/gate.h"
#include "decide/gate_refusals.h"
#include "decide/gate_regions.h"
#include "ground/maps.h"
#include "ground/pages.h"
#include "records/scopes.h"

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

/* Who pays: the process alone, or a scope; the second and third are below the first. */
enum { NOBODY, FIRST, BELOW, BESIDE, ALONE, PAYERS };
static const uint8_t above[PAYERS] = {[BELOW] = FIRST, [BESIDE] = FIRST};
static struct memrestrict_scope *scopes[PAYERS];
static uint8_t current, payers[PAGES], heap_payers[HEAP_MOST];
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

static void set(unsigned low, unsigned count, uint8_t state)
{
    memset(model + low, state, count);
    memset(payers + low, state == CHARGED ? current : NOBODY, count);
}

/* What a call will add, and each payer will have less. */
struct change {
    uint64_t more, less[PAYERS];
};

static void gives(struct change *change, uint8_t payer, uint64_t bytes)
{
    change->less[NOBODY] += bytes;
    for (; payer != NOBODY; payer = above[payer])
        change->less[payer] += bytes;
}

static void give_pages(struct change *change, unsigned low, unsigned count)
{
    for (unsigned i = low; i < low + count; i++)
        if (model[i] == CHARGED)
            gives(change, payers[i], page);
}

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

static bool does_fit(const struct change *change, uint8_t payer, uint64_t used, uint64_t limit)
{
    uint64_t less = change->less[payer];
    REQUIRE(used <= limit);
    return change->more <= less || change->more - less <= limit - used;
}

enum answer { FITS, SCOPE_IS_FULL, PAST_THE_LIMIT };
/* What must be said to that now. */
static enum answer must_be(const struct change *change)
{
    struct budget_figures now = budget_read();
    errno = 0;
    for (uint8_t payer = current; payer != NOBODY; payer = above[payer]) {
        struct scopes_figures figures = scopes_read(scopes[payer]);
        if (!does_fit(change, payer, figures.used, figures.limit))
            return SCOPE_IS_FULL;
    }
    return does_fit(change, NOBODY, now.used, now.limit) ? FITS : PAST_THE_LIMIT;
}

static uint64_t scope_refusals(void)
{
    uint64_t sum = 0;
    for (uint8_t payer = FIRST; payer < PAYERS; payer++)
        sum += scopes_read(scopes[payer]).refusals;
    return sum;
}

struct before {
    uint64_t refusals, in_scopes;
};
static struct before refusals_before(void)
{
    return (struct before){gate_figures().refusals, scope_refusals()};
}

/* What begin returned is what the model says; whether the call goes on. */
static bool goes_on(bool admitted, enum answer answer, struct before before)
{
    REQUIRE(admitted == (answer == FITS));
    REQUIRE(gate_figures().refusals == before.refusals + (answer == PAST_THE_LIMIT));
    REQUIRE(scope_refusals() == before.in_scopes + (answer == SCOPE_IS_FULL));
    REQUIRE(admitted || errno == ENOMEM);
    return admitted;
}

static void be_in(uint8_t payer)
{
    if (current != NOBODY)
        REQUIRE(scopes_leave(scopes[current]));
    current = payer;
    if (current != NOBODY)
        REQUIRE(scopes_enter(scopes[current]));
}

/* Between begin and end: another call on the pages that this one does not touch. */
static void meanwhile(struct area area, bool nested)
{
    uint8_t own = current;
    if (nested || area.low == 0 || !pick(2))
        return;
    be_in((uint8_t)pick(PAYERS));
    one_call((struct area){0, area.low}, true);
    be_in(own);
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
    struct change change = {.more = state == CHARGED ? count * page : 0};
    if (fixed)
        give_pages(&change, start, count);
    struct before before = refusals_before();
    enum answer answer = must_be(&change);
    if (!goes_on(gate_map_begin(&region, pointer(start), bytes_of(count), prot,
                                kinds[kind] | places[place], a_file()),
                 answer, before))
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
    struct change change = {0};
    struct before before = refusals_before();
    for (unsigned i = start; i < start + count; i++)
        change.more += state == CHARGED && model[i] == RESERVED ? page : 0;
    enum answer answer = must_be(&change);
    if (!goes_on(gate_protect_begin(&region, pointer(start), bytes_of(count),
                                    state == CHARGED ? PROT_WRITE : PROT_READ),
                 answer, before))
        return;
    meanwhile(area, nested);
    changed = outcome == DONE ? count : outcome == HALF_DONE ? pick(count) : 0;
    for (unsigned i = start; i < start + changed; i++)
        if (model[i] != state && (model[i] == RESERVED || model[i] == CHARGED))
            set(i, 1, state);
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

static enum answer remap_must_be(const struct remap *r)
{
    struct change change = {.more = growth(r) == CHARGED ? (r->will - r->was) * page : 0};
    bool credits = r->fixed && !has(r, NONE); /* what is opposite a hole may stay */
    for (unsigned i = r->to; credits && i < r->to + r->will; i++)
        if (!(i >= r->from && i < r->from + r->was))
            give_pages(&change, i, 1);
    if (r->stays)
        change.more += charged_in(r->from, r->was);
    else if (r->was > r->will)
        give_pages(&change, r->from + r->will, r->was - r->will);
    return must_be(&change);
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
    uint8_t moved[MOST + 1], paying[MOST + 1], grown = growth(r);
    unsigned kept = r->was < r->will ? r->was : r->will;
    memcpy(moved, model + r->from, kept);
    memcpy(paying, payers + r->from, kept);
    for (unsigned i = r->from; i < r->from + r->was; i++)
        set(i, 1, r->stays ? model[i] : NONE);
    set(to, r->will, grown);
    memcpy(model + to, moved, kept);
    memcpy(payers + to, paying, kept);
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
    struct before before = refusals_before();
    enum answer answer = r.stays && !is_sound(&r) ? FITS : remap_must_be(&r);
    if (!goes_on(gate_remap_begin(&region, pointer(r.from), bytes_of(r.was), bytes_of(r.will),
                                  flags, pointer(r.to)),
                 answer, before))
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
    struct change change = {.more = to > heap ? to - heap : 0};
    struct before before = refusals_before();
    enum answer answer = must_be(&change);
    if (!goes_on(gate_break_begin(&region, CALL_brk, HEAP + heap, HEAP + to), answer, before))
        return;
    meanwhile((struct area){PAGES / 2, PAGES}, nested);
    if (done && to > heap)
        memset(heap_payers + heap, current, to - heap);
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
    unsigned kind = pick(12);
    if (kind < 4)
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

static void check_payers(void)
{
    struct change held = {0};
    give_pages(&held, 0, PAGES);
    for (size_t i = 0; i < heap; i++)
        gives(&held, heap_payers[i], 1);
    for (uint8_t payer = FIRST; payer < PAYERS; payer++)
        REQUIRE(scopes_read(scopes[payer]).used == held.less[payer]);
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

static void make_scopes(void)
{
    for (uint8_t payer = FIRST; payer < PAYERS; payer++) {
        be_in(above[payer]);
        uint64_t limit = pick(4) == 0 ? SCOPES_UNLIMITED : pick(PAGES) * page;
        scopes[payer] = scopes_create(NULL, limit);
        REQUIRE(scopes[payer] != NULL);
    }
    be_in(NOBODY);
}

/* What they paid for goes on. */
static void destroy_scopes(void)
{
    be_in(NOBODY);
    for (uint8_t payer = FIRST; payer < PAYERS; payer++)
        scopes_destroy(scopes[payer]);
    check_payers();
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
    make_scopes();
    for (unsigned i = 0; i < STEPS && input.at < input.end; i++) {
        unsigned low = pick(4) == 0 ? PAGES / 2 : 0;
        be_in((uint8_t)pick(PAYERS));
        one_call((struct area){low, PAGES}, false);
        check_bytes();
        if (i % 16 == 0) {
            check_pages();
            check_payers();
        }
    }
    check_pages();
    destroy_scopes();
    REQUIRE(gate_unmap_begin(&region, pointer(0), PAGES * page, false));
    gate_unmap_end(&region, true);
    REQUIRE(gate_break_begin(&region, CALL_brk, HEAP + heap, HEAP));
    gate_break_end(&region, true);
    memset(model, NONE, sizeof model);
    heap = 0;
    check_bytes();
    check_pages();
    for (uint8_t payer = FIRST; payer < PAYERS; payer++)
        REQUIRE(scopes[payer]->state == SCOPE_FREE);
    return 0;
}
