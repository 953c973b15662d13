/* SPDX-License-Identifier: MIT */
#include "decide/explore.h"

#include "ground/counter.h"
#include "decide/descriptors.h"
#include "common/kernel.h"
#include "ground/kernel_copy.h"
#include "common/proc.h"
#include "records/sites.h"
#include "common/writer.h"

#include <signal.h>
#include <stdatomic.h>

enum { INNER = 4 };                        /* frames */
#define SLICE (UINT64_C(50) * 1000 * 1000) /* nanoseconds between two looks at a copy */

static struct {
    struct explore_area *area;
    struct explore_hooks hooks;
    int pid;                        /* a vfork child has its parent's memory */
    uint32_t own;                   /* the record whose copy this is, from 1 on; 0: none */
    uint32_t depth;                 /* of copies */
    uint64_t kept[EXPLORE_DEEPEST]; /* of each depth, the stack that fails each time, or 0 */
    bool rest;                      /* all heap calls fail */
    uint64_t faults;
} explore;

bool explore_on;

static struct explore_record *record_of(uint32_t number)
{
    return &explore.area->records[number - 1];
}

/* Is this process in the group of a copy? Then it is what became of that by exec. */
static void find_own(void)
{
    int group = kernel_group();
    uint32_t count = atomic_load(&explore.area->record_count);
    for (uint32_t n = 1; n <= count && n <= EXPLORE_RECORDS && explore.own == 0; n++)
        if (atomic_load(&record_of(n)->state) == EXPLORE_RUNS &&
            atomic_load(&record_of(n)->pid) == group) {
            explore.own = n;
            explore.depth = record_of(n)->depth;
        }
}

static struct explore_area *map_area(const struct accounts *accounts)
{
    struct text path = {.length = 0};
    int error;
    text_add(&path, "/proc/");
    text_add_number(&path, (uint64_t)accounts->command);
    text_add(&path, "/fd/");
    text_add_number(&path, (uint64_t)accounts->explore);
    text_add_char(&path, '\0');
    struct explore_area *area =
        kernel_map_shared(path.bytes, 0, sizeof *area, sizeof *area, &error);
    if (area == NULL || (area->magic == EXPLORE_MAGIC && area->version == EXPLORE_VERSION &&
                         area->size == sizeof *area))
        return area;
    kernel_pages_free(area, sizeof *area);
    return NULL;
}

bool explore_start(const struct accounts *accounts, const struct explore_hooks *hooks)
{
    if (!sites_on || accounts == NULL || accounts->explore < 0)
        return false;
    explore.area = map_area(accounts);
    if (explore.area == NULL)
        return false;
    explore.hooks = *hooks;
    explore.pid = kernel_pid();
    find_own();
    explore_on = true;
    return true;
}

void explore_fork_child(void) { explore.pid = kernel_pid(); }

bool explore_is_copy(void) { return explore.own != 0; }

static bool is_known(uint64_t name)
{
    _Atomic uint64_t *place = explore_place(explore.area, name);
    return place == NULL || atomic_load(place) == name;
}

/* In a copy only what the program itself does not come by. There its innermost frames count alone:
 * what says that there is no memory does so the same way, wherever it is called from. */
static bool is_new(uint16_t number, uint64_t name)
{
    if (explore.depth == 0)
        return explore_enter(explore.area, name);
    return !is_known(name ^ EXPLORE_EXPECTED) && !is_known(name) &&
           explore_enter(explore.area, sites_inner_name(number, INNER) ^ EXPLORE_IN_COPY);
}

/* Copies */

static bool path_of(struct text *path, uint32_t number, const char *end)
{
    path->length = 0;
    text_add(path, explore.area->folder);
    text_add(path, "/");
    text_add_number(path, number);
    text_add(path, end);
    text_add_char(path, '\0');
    return path->length < sizeof path->bytes;
}

static bool take_apart(uint32_t number)
{
    struct text out, err;
    return path_of(&out, number, ".out") && path_of(&err, number, ".err") &&
           descriptors_take_apart(out.bytes, err.bytes);
}

/* The output of a copy begins where that of the process was. */
static int64_t offset_in_all(int fd)
{
    int64_t offset = kernel_offset(fd), before = 0;
    if (explore.own != 0)
        before = fd == 1 ? record_of(explore.own)->out_offset : record_of(explore.own)->err_offset;
    return offset < 0 || before < 0 ? -1 : before + offset;
}

/* A record of its own for a copy; 0: there is no room. */
static uint32_t make_record(uint32_t mode, enum call call, uint64_t size, uint64_t site)
{
    if (atomic_load(&explore.area->record_count) >= EXPLORE_RECORDS)
        return 0;
    uint32_t number = atomic_fetch_add(&explore.area->record_count, 1) + 1;
    if (number > EXPLORE_RECORDS)
        return 0;
    struct explore_record *record = record_of(number);
    record->mode = mode;
    record->call = call;
    record->size = size;
    record->site = site;
    record->parent = explore.own;
    record->of_pid = explore.pid;
    record->depth = explore.depth + 1;
    record->out_offset = offset_in_all(1);
    record->err_offset = offset_in_all(2);
    return number;
}

/* The copy's own side. */
static void begin_copy(uint32_t number)
{
    struct explore_record *record = record_of(number);
    kernel_copy_begin();
    explore.own = number;
    explore.depth = record->depth;
    explore.kept[record->depth - 1] = record->mode == EXPLORE_KEEP ? record->site : 0;
    explore.rest |= record->mode == EXPLORE_REST;
    explore.faults = 0;
    explore.hooks.child();
    if (!take_apart(number))
        kernel_exit(0);
    atomic_store(&record->begun, 1);
}

static bool is_to_end(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (kernel_signal_pending(numbers[i]))
            return true;
    return false;
}

/* What a copy took by now, without what it waited for its own. */
static uint64_t time_of(const struct explore_record *record, uint64_t began)
{
    uint64_t now = kernel_clock_now(), since = atomic_load(&record->waits_since);
    uint64_t waited = atomic_load(&record->waited) + (since != 0 && since < now ? now - since : 0);
    return now - began > waited ? now - began - waited : 0;
}

static void wait_for(struct explore_record *record, int pid, uint64_t began)
{
    uint64_t limit = explore.area->time_limit, time;
    while ((time = time_of(record, began)) < limit) {
        uint64_t rest = limit - time;
        if (kernel_copy_wait(pid, rest < SLICE ? rest : SLICE))
            break;
        if (is_to_end())
            kernel_copy_kill(pid);
    }
    record->time = time_of(record, began);
    record->timed_out = record->time >= limit && !kernel_copy_wait(pid, 0);
    if (record->timed_out)
        kernel_copy_kill(pid);
    record->status = kernel_copy_reap(pid);
    atomic_store(&record->state, atomic_load(&record->begun) ? EXPLORE_ENDED : EXPLORE_FAILED);
}

/* While it waits, the time of this process, if it is a copy itself, stands still; its alarm too. */
static void attend(struct explore_record *record, int pid)
{
    struct kernel_timer timer;
    struct explore_record *own = explore.own != 0 ? record_of(explore.own) : NULL;
    uint64_t began = kernel_clock_now();
    kernel_timer_stop(&timer);
    if (own != NULL)
        atomic_store(&own->waits_since, began);
    wait_for(record, pid, began);
    if (own != NULL) {
        atomic_fetch_add(&own->waited, kernel_clock_now() - began);
        atomic_store(&own->waits_since, 0);
    }
    kernel_timer_go_on(&timer);
}

/* True in the copy. */
static bool copy(uint32_t number)
{
    struct explore_record *record = record_of(number);
    atomic_store(&record->state, EXPLORE_RUNS);
    explore.hooks.prepare();
    sites_fork_whole();
    int pid = kernel_copy_self();
    if (pid == 0) {
        begin_copy(number);
        return true;
    }
    explore.hooks.parent();
    if (pid > 0) {
        atomic_store(&record->pid, pid);
        attend(record, pid);
    } else
        atomic_store(&record->state, EXPLORE_FAILED);
    return false;
}

/* The C library may still think of threads that have ended. */
static bool is_alone(void)
{
    struct proc_stat stat;
    return counter_alone() || (proc_stat("/proc/self/stat", &stat) && stat.threads == 1);
}

/* Is this the place for it? Not in the middle of a fork, nor in a vfork child. */
static bool is_here(void)
{
    return guard.forking == 0 && guard.mapping == 0 && kernel_pid() == explore.pid;
}

static bool may_copy(void)
{
    if (is_alone())
        return true;
    atomic_fetch_add(&explore.area->in_threads, 1);
    return false;
}

/* True in a copy in which it is to fail. */
static COLD bool go_apart(enum call call, uint64_t size, uint64_t site)
{
    struct kernel_mask mask;
    bool in_copy = false;
    kernel_signals_block(&mask);
    for (uint32_t mode = EXPLORE_ONCE; mode <= EXPLORE_REST && !in_copy; mode <<= 1) {
        uint32_t number = explore.area->modes & mode ? make_record(mode, call, size, site) : 0;
        in_copy = number != 0 && copy(number);
    }
    kernel_signals_restore(&mask);
    return in_copy;
}

static bool strike(struct fault *fault, uint64_t site)
{
    *fault = (struct fault){.number = ++explore.faults, .site = site};
    return true;
}

/* In a copy, or in a copy that it is a copy of. */
static bool is_kept(uint64_t site)
{
    for (uint32_t i = 0; i < explore.depth; i++)
        if (site != 0 && explore.kept[i] == site)
            return true;
    return false;
}

bool explore_strikes(enum call call, uint64_t size, const struct stack_at *from,
                     struct fault *fault)
{
    uint16_t number = sites_find(from);
    uint64_t site = sites_name(number);
    if (UNLIKELY(explore.rest ? call < CALL_mmap : is_kept(site)))
        return strike(fault, site);
    if (LIKELY(!sites_is_unseen(number)) || site == 0 || explore.depth >= explore.area->deepest ||
        !is_here())
        return false;
    sites_see(number);
    return is_new(number, site) && may_copy() && go_apart(call, size, site) && strike(fault, site);
}
