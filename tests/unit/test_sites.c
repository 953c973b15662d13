/* SPDX-License-Identifier: MIT
 *
 * The counts of call sites, in memory as the command makes it: this test is both. Code of the
 * library itself is no call site, and here that is all of the program, so stacks begin in the C
 * library, which calls us back from different places.
 */
#include "unit.h"

#include "records/stack_cache.h"
#include "records/sites.h"
#include "records/sites_twin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct accounts accounts;
static struct sites_area *area;

static struct sites_area *area_of(unsigned slot)
{
    struct sites_area *mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED,
                                     accounts.sites, (off_t)(SITES_AREA * (slot + (uint64_t)1)));
    ck_assert_ptr_ne(mapped, MAP_FAILED);
    return mapped;
}

static void make(uint32_t depth, uint32_t version)
{
    static struct sites_head head; /* zeros between its members too */
    head.magic = SITES_MAGIC;
    head.version = version;
    head.size = sizeof(struct sites_area);
    head.depth = depth;
    accounts.command = getpid();
    accounts.sites = memfd_create("sites", 0);
    ck_assert_int_eq(ftruncate(accounts.sites, (off_t)SITES_FILE), 0);
    ck_assert_int_eq(pwrite(accounts.sites, &head, sizeof head, 0), sizeof head);
    area = area_of(1);
}

static void join(void)
{
    make(SITES_DEPTH, SITES_VERSION);
    sites_join(&accounts, 1);
    ck_assert(sites_on);
    ck_assert_uint_eq(area->state, SITES_ON);
}

static uint16_t gain(uint64_t size)
{
    struct stack_at here = stack_here();
    return sites_gain(size, &here);
}

static uint64_t asked;
static uint16_t number;

static int compare(const void *left, const void *right)
{
    (void)left;
    (void)right;
    number = gain(asked);
    return 0;
}

/* From another place than gain() is called otherwise. */
static uint16_t gain_in_qsort(uint64_t size)
{
    int numbers[] = {2, 1};
    asked = size;
    qsort(numbers, 2, sizeof numbers[0], compare);
    return number;
}

START_TEST(gains_of_one_stack_are_one_site)
{
    join();
    uint16_t site = gain(100);
    ck_assert_uint_ge(site, SITE_FIRST);
    for (int i = 0; i < 20; i++)
        ck_assert_uint_eq(gain(10), site);
    ck_assert_uint_eq(area->sites[site].live_bytes, 300);
    ck_assert_uint_eq(area->sites[site].live_blocks, 21);
    ck_assert_uint_eq(area->held, 300);
}
END_TEST

START_TEST(other_stacks_are_other_sites)
{
    uint16_t others[20];
    join();
    uint16_t site = gain(100);
    for (int i = 0; i < 20; i++)
        others[i] = gain_in_qsort(7);
    ck_assert_uint_ne(others[0], site);
    for (int i = 0; i < 20; i++)
        ck_assert_uint_eq(others[i], others[0]);
    ck_assert_uint_eq(area->sites[others[0]].live_bytes, 140);
    ck_assert_uint_eq(area->sites[site].live_bytes, 100);
}
END_TEST

START_TEST(what_goes_is_taken_off_its_site)
{
    join();
    uint16_t site = gain(100);
    gain(50);
    sites_lose(site, 100);
    ck_assert_uint_eq(area->sites[site].live_bytes, 50);
    ck_assert_uint_eq(area->sites[site].live_blocks, 1);
    ck_assert_uint_eq(area->sites[site].total_bytes, 150);
    ck_assert_uint_eq(area->held, 50);
}
END_TEST

START_TEST(number_that_was_not_kept_is_0)
{
    join();
    sites_forget(gain(100), 100);
    ck_assert_uint_eq(area->sites[SITE_EARLIER].live_bytes, 100);
    sites_lose(0, 100);
    ck_assert_uint_eq(area->sites[SITE_EARLIER].live_bytes, 0);
    ck_assert_uint_eq(area->held, 0);
}
END_TEST

START_TEST(frames_are_told_by_module_and_offset)
{
    join();
    const struct site *site = &area->sites[gain(1)];
    ck_assert_uint_gt(site->frame_count, 0);
    uint64_t frame = area->frames[site->frames];
    uint64_t module = frame >> SITES_OFFSET_BITS;
    ck_assert_uint_ge(module, 1);
    ck_assert_uint_le(module, area->module_count);
    ck_assert_str_ne(area->modules[module - 1].path, "");
    ck_assert_uint_gt(area->modules[module - 1].build_id_length, 0);
    ck_assert_uint_lt(frame & SITES_OFFSET_MASK,
                      area->modules[module - 1].end - area->modules[module - 1].start);
}
END_TEST

/* Two areas, and so two processes as far as can be told here. */
START_TEST(names_are_the_same_for_the_same_stack)
{
    uint64_t names[2];
    volatile int runs = 2; /* or the compiler may write the loop out, with a call site each */
    for (int i = 0; i < runs; i++) {
        join();
        stack_cache_forget();
        names[i] = area->sites[gain_in_qsort(1)].name;
        ck_assert_uint_ne(area->sites[gain(1)].name, names[i]);
    }
    ck_assert_uint_ne(names[0], 0);
    ck_assert_uint_eq(names[0], names[1]);
}
END_TEST

START_TEST(area_of_a_vfork_child_is_its_parents)
{
    int status;
    unsigned frames;
    join();
    pid_t pid = vfork();
    if (pid == 0)
        _exit(sites_own(&frames) == NULL ? 0 : 1);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(sites_own(&frames));
    ck_assert_uint_eq(frames, SITES_DEPTH);
}
END_TEST

START_TEST(twin_goes_on_with_all_sites)
{
    join();
    uint16_t site = gain(1000);
    gain_in_qsort(10);
    unsigned frames;
    struct sites_area *twin = area_of(2);
    struct sites_map *own = sites_own(&frames), map;
    ck_assert(sites_map_open(&map, own->path, 2) && sites_twin(&map, own));
    ck_assert_uint_ge(area->held, 1010); /* a sanitizer's qsort compares more often */
    ck_assert_uint_eq(twin->held, area->held);
    ck_assert_uint_eq(twin->site_count, area->site_count);
    ck_assert_uint_eq(twin->sites[site].live_bytes, 1000);
    ck_assert_uint_eq(twin->sites[site].name, area->sites[site].name);
    for (uint32_t i = 0; i < SITES_TABLE; i++)
        ck_assert_uint_eq(twin->table[i], area->table[i]);
}
END_TEST

START_TEST(peak_is_copied_once_it_is_higher_by_a_part)
{
    uint16_t sites[3];
    join();
    for (int i = 0; i < 3; i++) {
        sites[i] = gain(i == 1 ? 5 : 1000);
        sites_use_changed(i == 0 ? 1500 : area->held + 500);
        sites_before_fall();
        ck_assert_uint_eq(area->peak_copy, i == 2 ? 2 : 1);
    }
    ck_assert_uint_eq(area->at_peak[0][sites[0]].bytes, 1000);
    ck_assert_uint_eq(area->peaks[0].held, 1000);
    ck_assert_uint_eq(area->peaks[0].others, 500);
    ck_assert_uint_eq(area->at_peak[1][sites[0]].bytes, 2005);
}
END_TEST

START_TEST(no_peak_is_copied_while_use_falls)
{
    join();
    uint16_t site = gain(1000);
    for (int i = 0; i < 100; i++) {
        sites_before_fall();
        sites_lose(site, 10);
    }
    ck_assert_uint_eq(area->peak_copy, 1);
    ck_assert_uint_eq(area->peaks[0].held, 1000);
}
END_TEST

START_TEST(first_refusal_is_copied_and_others_counted)
{
    join();
    uint16_t site = gain(1000);
    sites_refused(77, true);
    gain(1000);
    sites_refused(78, false);
    ck_assert_uint_eq(area->refusal_copy, 1);
    ck_assert_uint_eq(area->at_refusal[site].bytes, 1000);
    ck_assert_uint_eq(area->refused_size, 77);
    ck_assert_uint_eq(area->sites[area->refused_site].refusals, 2);
}
END_TEST

START_TEST(full_tables_are_one_common_site)
{
    join();
    atomic_store(&area->site_count, SITES_MOST);
    ck_assert_uint_eq(gain(100), SITE_OTHER);
    ck_assert_uint_eq(area->sites[SITE_OTHER].live_bytes, 100);
    ck_assert_uint_eq(area->lost, 1);
}
END_TEST

static unsigned pieces_of(const struct sites_map *map)
{
    unsigned mapped = 0;
    for (unsigned i = 0; i < SITES_PIECES; i++)
        mapped += map->pieces[i] != NULL;
    return mapped;
}

/* As setrlimit(2) may leave it. */
static struct rlimit allowed;

static void no_more_memory(void)
{
    getrlimit(RLIMIT_AS, &allowed);
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = 4096, .rlim_max = allowed.rlim_max});
}

static void memory_is_back(void) { setrlimit(RLIMIT_AS, &allowed); }

START_TEST(area_is_mapped_as_far_as_it_is_used)
{
    unsigned frames;
    join();
    struct sites_map *map = sites_own(&frames);
    gain(1);
    unsigned mapped = pieces_of(map);
    ck_assert_uint_lt(mapped * SITES_PIECE, 1 << 20);
    atomic_store(&area->site_count, 40000);
    uint16_t site = gain_in_qsort(100);
    ck_assert_uint_ge(site, 40000);
    ck_assert_uint_eq(pieces_of(map), mapped + 4);
    ck_assert_uint_ge(area->sites[site].live_bytes, 100);
    sites_refused(1, true);
    ck_assert_uint_eq(area->at_refusal[site].bytes, area->sites[site].live_bytes);
}
END_TEST

/* A program that has dropped its rights. */
START_TEST(area_grows_where_the_file_cannot_be_opened)
{
    unsigned frames;
    join();
    if (mremap(area, 0, SITES_PIECE, MREMAP_MAYMOVE) == MAP_FAILED)
        SKIP("no second view of shared memory can be had, as under valgrind");
    strcpy(sites_own(&frames)->path, "/nowhere");
    atomic_store(&area->site_count, 1024);
    atomic_store(&area->frame_count, 3 << 20);
    ck_assert_uint_eq(gain(100), 1024);
    ck_assert_uint_eq(area->sites[1024].live_bytes, 100);
    ck_assert_uint_ne(area->frames[3 << 20], 0);
}
END_TEST

START_TEST(stack_that_there_is_no_memory_for_is_the_common_site)
{
    join();
    gain(1); /* all else has its memory then */
    stack_cache_forget();
    uint32_t sites = area->site_count;
    atomic_store(&area->frame_count, SITES_FRAMES / 2);
    no_more_memory();
    uint16_t without = gain_in_qsort(100);
    memory_is_back();
    ck_assert_uint_eq(without, SITE_OTHER);
    ck_assert_uint_ge(area->lost, 1);
    ck_assert_uint_eq(area->site_count, sites);
    ck_assert_uint_ge(gain_in_qsort(100), sites);
}
END_TEST

START_TEST(not_asked_for)
{
    accounts.sites = -1;
    sites_join(&accounts, 1);
    ck_assert(!sites_on);
}
END_TEST

START_TEST(memory_of_another_version_is_left_alone)
{
    make(SITES_DEPTH, SITES_VERSION + 1);
    sites_join(&accounts, 1);
    ck_assert(!sites_on);
    ck_assert_uint_eq(area->state, SITES_OFF);
}
END_TEST

/* The child of a fork, before and after it has an area of its own. */
static void check_in_child(uint16_t site)
{
    gain(10); /* nowhere */
    if (atomic_load(&area->held) != 1000)
        _exit(1);
    sites_join_forked(&accounts, 2);
    struct sites_area *mine = area_of(2);
    if (mine->state != SITES_ON || mine->forked != 1 || mine->held != 1000 ||
        mine->sites[SITE_EARLIER].live_bytes != 1000 || mine->sites[SITE_EARLIER].live_blocks != 1)
        _exit(2);
    gain(20);
    sites_lose(0, 400);
    _exit(mine->held == 620 && area->held == 1000 && area->sites[site].live_bytes == 1000 ? 0 : 3);
}

START_TEST(child_has_an_area_of_its_own)
{
    int status;
    join();
    uint16_t site = gain(1000);
    sites_fork_note();
    pid_t pid = fork();
    if (pid == 0)
        check_in_child(site);
    sites_fork_done();
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}
END_TEST

enum { THREADS = 4, ROUNDS = 20000 };

static void *gain_and_lose(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
        sites_lose(gain(16), 16);
    for (int i = 0; i < 10; i++)
        gain(100);
    return unused;
}

START_TEST(threads_add_up)
{
    pthread_t threads[THREADS];
    join();
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, gain_and_lose, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(area->held, THREADS * 10 * 100);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < area->site_count; i++)
        sum += area->sites[i].live_bytes;
    ck_assert_uint_eq(sum, area->held);
}
END_TEST

Suite *suite_sites(void)
{
    Suite *suite = suite_create("sites");
    unit_add(suite, gains_of_one_stack_are_one_site);
    unit_add(suite, other_stacks_are_other_sites);
    unit_add(suite, what_goes_is_taken_off_its_site);
    unit_add(suite, number_that_was_not_kept_is_0);
    unit_add(suite, frames_are_told_by_module_and_offset);
    unit_add(suite, names_are_the_same_for_the_same_stack);
    unit_add(suite, area_of_a_vfork_child_is_its_parents);
    unit_add(suite, twin_goes_on_with_all_sites);
    unit_add(suite, peak_is_copied_once_it_is_higher_by_a_part);
    unit_add(suite, no_peak_is_copied_while_use_falls);
    unit_add(suite, first_refusal_is_copied_and_others_counted);
    unit_add(suite, full_tables_are_one_common_site);
    unit_add(suite, area_is_mapped_as_far_as_it_is_used);
    unit_add(suite, area_grows_where_the_file_cannot_be_opened);
    unit_add(suite, stack_that_there_is_no_memory_for_is_the_common_site);
    unit_add(suite, not_asked_for);
    unit_add(suite, memory_of_another_version_is_left_alone);
    unit_add(suite, child_has_an_area_of_its_own);
    unit_add(suite, threads_add_up);
    return suite;
}
