/* SPDX-License-Identifier: MIT
 *
 * Other allocators than the C library's behind ours, and another C library: what is charged is what
 * the program asked for, whoever serves it, and no way to memory stays without a limit.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OURS "%B/libmemrestrict.so"

static const char jemalloc[] = "libjemalloc.so.2";
static const char tcmalloc[] = "libtcmalloc.so.4";
static const char tcmalloc_minimal[] = "libtcmalloc_minimal.so.4";
static const char mimalloc[] = "libmimalloc.so.2";
static const char none[] = ""; /* the C library's own */

static const char *preload(const char *libraries)
{
    static char setting[300];
    snprintf(setting, sizeof setting, "LD_PRELOAD=%s", libraries);
    return setting;
}

/* The loader says so on stderr when it cannot find what it shall preload. */
static bool is_there(const char *library)
{
    return RUN(SETTINGS(preload(library)), "true")->err[0] == '\0';
}

/* Runs a victim under the library, with the allocator after it. */
static const struct run *run_with(const char *allocator, const char *limit, const char *victim,
                                  const char *argument)
{
    char libraries[200], limit_setting[100], path[200];
    snprintf(libraries, sizeof libraries, "%s:%s", OURS, allocator);
    snprintf(limit_setting, sizeof limit_setting, "MEMRESTRICT_LIMIT=%s", limit);
    snprintf(path, sizeof path, "victims/%s", victim);
    return RUN(SETTINGS(preload(libraries), limit_setting), path, argument);
}

static void expect_victim(const char *allocator, const char *limit, const char *victim)
{
    expect_ok(run_with(allocator, limit, victim, NULL));
}

static void every_function_is_exact(const char *allocator)
{
    expect_victim(allocator, "200M", "alloc_every_function_is_exact");
    expect_victim(allocator, "200M", "alloc_family_has_one_owner");
}

static void full_limit_can_be_had(const char *allocator)
{
    static const char *const sizes[] = {"8", "24", "100", "1000", "5000", "65536", "3000000"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_ok(run_with(allocator, "16M", "alloc_full_limit_can_be_had", sizes[i]));
}

static void threads_stay_exact(const char *allocator)
{
    expect_victim(allocator, "64M", "alloc_threads_stay_exact");
    expect_victim(allocator, "64M", "process_thousand_threads");
}

static void thread_exit_frees(const char *allocator)
{
    expect_victim(allocator, "64M", "process_key_destructors_free");
    expect_victim(allocator, "64M", "process_thread_local_destructors_free");
}

static void fork_while_threads_allocate(const char *allocator)
{
    expect_ok(run_with(allocator, "64M", "process_fork_while_threads_allocate", "500"));
    expect_victim(allocator, "64M", "process_fork_handlers_allocate");
    expect_victim(allocator, "64M", "process_child_starts_with_parents_charge");
}

static void signal_handler_maps(const char *allocator)
{
    expect_victim(allocator, "64M", "process_signal_handler_maps");
}

static void start_and_exit_allocate(const char *allocator)
{
    expect_victim(allocator, "64M", "process_allocations_before_constructors");
    expect_victim(allocator, "64M", "process_allocations_at_exit");
}

/* They export an operator new of their own, which does not come through malloc. */
static void new_and_delete_are_exact(const char *allocator)
{
    expect_victim(allocator, "64M", "alloc_new_and_delete_are_exact");
}

static void new_is_limited(const char *allocator)
{
    static const char *const sizes[] = {"16", "100", "5000", "65536", "1000000"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_ok(run_with(allocator, "16M", "alloc_new_is_limited", sizes[i]));
}

static void new_in_freed_memory_is_limited(const char *allocator)
{
    expect_victim(allocator, "16M", "alloc_new_in_freed_memory_is_limited");
}

static void new_and_malloc_side_by_side(const char *allocator)
{
    expect_victim(allocator, "256M", "alloc_new_and_malloc_side_by_side");
}

static void linked_is_exact(const char *allocator)
{
    char text[400];
    snprintf(text, sizeof text,
             "mkdir -p $B/made; ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Iinclude -O1 -fno-builtin "
             "tests/victims/alloc_every_function_is_exact.c -Wl,--no-as-needed -l:%s "
             "-o $B/made/linked",
             allocator);
    make_by(text);
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=200M"), build_path("made/linked")));
}

/* Preloaded before ours it serves the program's calls, and we see at most its mappings: tcmalloc
 * has an mmap of its own, too, and then it must not be said that they are limited. */
static void wrong_order_is_said(const char *allocator)
{
    char libraries[200], owner[200];
    snprintf(libraries, sizeof libraries, "%s:%s", allocator, OURS);
    snprintf(owner, sizeof owner, "%s has a malloc of its own", allocator);
    const struct run *run =
        RUN(SETTINGS(preload(libraries), "MEMRESTRICT_LIMIT=16M", "MEMRESTRICT_REPORT=stderr"),
            "victims/process_takes_32_mib");
    ck_assert_int_eq(run->status, 0);
    ck_assert_msg(strstr(run->err, "heap          not limited: ") != NULL &&
                      strstr(run->err, owner) != NULL,
                  "%s", run->err);
    bool limited = strcmp(run->out, "refused\n") == 0;
    ck_assert_msg((strstr(run->err, "its mappings are limited") != NULL) == limited, "%s%s",
                  run->out, run->err);
    expect_ok(RUN(SETTINGS(preload(libraries), "MEMRESTRICT_LIMIT=unlimited"),
                  "victims/alloc_family_has_one_owner"));
}

static const char make_plugin[] =
    "mkdir -p $B/made; ${CXX:-c++} -shared -fPIC -x c++ - -o $B/made/plugin.so <<'END'\n"
    "#include <new>\n"
    "extern \"C\" void *plugin_new(std::size_t size)\n"
    "{\n"
    "    try {\n"
    "        return ::operator new(size);\n"
    "    } catch (const std::bad_alloc &) {\n"
    "        return nullptr;\n"
    "    }\n"
    "}\n"
    "extern \"C\" void plugin_delete(void *block) { ::operator delete(block); }\n"
    "END\n";

static void cxx_plugin_is_limited(const char *allocator)
{
    make_by(make_plugin);
    expect_ok(
        run_with(allocator, "64M", "alloc_cxx_plugin_is_limited", build_path("made/plugin.so")));
}

static void static_cxx_library_is_limited(const char *allocator)
{
    make_by("mkdir -p $B/made; ${CXX:-c++} -std=c++17 -Iinclude -fno-builtin -static-libstdc++ "
            "-static-libgcc tests/victims/alloc_new_and_delete_are_exact.cc -o $B/made/static-cxx");
    char libraries[200];
    snprintf(libraries, sizeof libraries, "%s:%s", OURS, allocator);
    expect_ok(
        RUN(SETTINGS(preload(libraries), "MEMRESTRICT_LIMIT=64M"), build_path("made/static-cxx")));
}

#define EACH(X, property)                                                                          \
    X(jemalloc, property)                                                                          \
    X(tcmalloc, property)                                                                          \
    X(tcmalloc_minimal, property)                                                                  \
    X(mimalloc, property)
#define PROPERTIES(X)                                                                              \
    EACH(X, every_function_is_exact)                                                               \
    EACH(X, full_limit_can_be_had)                                                                 \
    EACH(X, threads_stay_exact)                                                                    \
    EACH(X, thread_exit_frees)                                                                     \
    EACH(X, fork_while_threads_allocate)                                                           \
    EACH(X, signal_handler_maps)                                                                   \
    EACH(X, start_and_exit_allocate)                                                               \
    EACH(X, new_and_delete_are_exact)                                                              \
    EACH(X, new_is_limited)                                                                        \
    EACH(X, new_in_freed_memory_is_limited)                                                        \
    EACH(X, new_and_malloc_side_by_side)                                                           \
    EACH(X, linked_is_exact)                                                                       \
    EACH(X, wrong_order_is_said)                                                                   \
    EACH(X, cxx_plugin_is_limited)                                                                 \
    EACH(X, static_cxx_library_is_limited)                                                         \
    X(none, cxx_plugin_is_limited)                                                                 \
    X(none, static_cxx_library_is_limited)

#define PROPERTY_TEST(allocator, property)                                                         \
    START_TEST(alloc_##allocator##_##property)                                                     \
    {                                                                                              \
        if (!is_there(allocator))                                                                  \
            SKIP("no %s", allocator);                                                              \
        property(allocator);                                                                       \
    }                                                                                              \
    END_TEST
PROPERTIES(PROPERTY_TEST)

START_TEST(alloc_jemalloc_gives_blocks_at_odd_addresses)
{
    if (!is_there(jemalloc))
        SKIP("no %s", jemalloc);
    const struct run *run = run_with(jemalloc, "64M", "alloc_blocks_at_odd_addresses", NULL);
    expect_ok(run);
    ck_assert_int_gt(atoi(run->out), 0);
}
END_TEST

/* Prints the number of keys, or how the server ended and what it said. */
static const char run_redis[] =
    "folder=$(mktemp -d); trap 'rm -rf $folder' EXIT; cd $folder\n"
    "redis-server --port 0 --unixsocket s --save '' --logfile log --enable-debug-command yes &\n"
    "for try in $(seq 3000); do redis-cli -s s ping 2>/dev/null | grep -q PONG && break; sleep "
    "0.1; "
    "done\n"
    "redis-cli -s s debug populate 1000000 >/dev/null 2>&1\n"
    "redis-cli -s s dbsize 2>/dev/null | grep 1000000\n"
    "redis-cli -s s shutdown nosave 2>/dev/null\n"
    "wait $!; echo status $?; grep -o 'Out Of Memory allocating' log | head -n 1\n";

START_TEST(alloc_redis_works_below_its_limit)
{
    if (!program_exists("redis-server"))
        SKIP("no redis-server");
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_LIMIT=1G", "MEMRESTRICT_PROGRAM=redis-server"), "sh", "-c",
            run_redis);
    ck_assert_str_eq(run->out, "1000000\nstatus 0\n");
}
END_TEST

/* Its out-of-memory handler allocates, without end where it cannot: the reserve lets it finish. */
START_TEST(alloc_redis_says_that_it_is_out_of_memory)
{
    if (!program_exists("redis-server"))
        SKIP("no redis-server");
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_RESERVE=16M",
                                         "MEMRESTRICT_PROGRAM=redis-server"),
                                "sh", "-c", run_redis);
    ck_assert_msg(strstr(run->out, "status 134\nOut Of Memory allocating\n") != NULL, "%s%s",
                  run->out, run->err);
}
END_TEST

static const char *const musl_victims[][2] = {
    {"process_counts_and_refuses", NULL},
    {"alloc_full_limit_can_be_had", "100"},
    {"alloc_full_limit_can_be_had", "3000000"},
    {"alloc_threads_stay_exact", NULL},
    {"process_child_starts_with_parents_charge", NULL},
    {"process_fork_while_threads_allocate", "500"},
    {"process_key_destructors_free", NULL},
    {"process_signal_handler_maps", NULL},
    {"process_exec_while_threads_allocate", NULL},
    {"process_vfork_child_allocates", NULL},
};

static void run_musl_victims(const char *library)
{
    for (size_t i = 0; i < sizeof musl_victims / sizeof musl_victims[0]; i++) {
        char command[400], program[200];
        snprintf(program, sizeof program, "made/%s-musl", musl_victims[i][0]);
        snprintf(command, sizeof command,
                 "mkdir -p $B/made; musl-gcc -std=gnu11 -D_GNU_SOURCE -Iinclude -O1 -fno-builtin "
                 "-pthread tests/victims/%s.c -o $B/%s",
                 musl_victims[i][0], program);
        make_by(command);
        const struct run *run = RUN(SETTINGS(preload(library), "MEMRESTRICT_LIMIT=64M"),
                                    build_path(program), musl_victims[i][1]);
        ck_assert_msg(!run->hung && run->status == 0 && run->err[0] == '\0', "%s: status %d\n%s",
                      musl_victims[i][0], run->status, run->err);
    }
}

START_TEST(alloc_musl_programs_are_limited)
{
    if (!program_exists("musl-gcc"))
        SKIP("no musl-gcc (musl-tools)");
    make_by("make -s libmusl BUILD=$B");
    run_musl_victims("%B/musl/libmemrestrict.so");
}
END_TEST

START_TEST(alloc_musl_programs_are_limited_by_a_library_made_for_glibc)
{
    if (!program_exists("musl-gcc"))
        SKIP("no musl-gcc (musl-tools)");
    run_musl_victims(OURS);
}
END_TEST

Suite *suite_allocators(void)
{
    Suite *suite = suite_create("allocators");
#define ADD(allocator, property) driver_add(suite, alloc_##allocator##_##property);
    PROPERTIES(ADD)
#undef ADD
    driver_add(suite, alloc_jemalloc_gives_blocks_at_odd_addresses);
    driver_add(suite, alloc_redis_works_below_its_limit);
    driver_add(suite, alloc_redis_says_that_it_is_out_of_memory);
    driver_add(suite, alloc_musl_programs_are_limited);
    driver_add(suite, alloc_musl_programs_are_limited_by_a_library_made_for_glibc);
    return suite;
}
