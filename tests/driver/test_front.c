/* SPDX-License-Identifier: MIT
 *
 * Others before us: wrappers of malloc, sanitizers, a second copy of the library. The program runs
 * as without us, and what is passed on to us is limited.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT "MEMRESTRICT_LIMIT=16M", "MEMRESTRICT_REPORT=stderr"
#define BEFORE_US(library) "LD_PRELOAD=" library ":%B/libmemrestrict.so"

/* The heap is limited, though it goes through `object` first. */
static void expect_passed_on(const struct run *run, const char *object)
{
    char words[200];
    snprintf(words, sizeof words,
             "heap          limited: %s has a malloc of its own, which passes calls on", object);
    ck_assert_msg(!run->hung && run->status == 0 && strcmp(run->out, "refused\n") == 0,
                  "status %d, stdout: %sstderr: %s", run->status, run->out, run->err);
    ck_assert_msg(strstr(run->err, words) != NULL, "%s", run->err);
}

START_TEST(front_wrapper_of_malloc_alone)
{
    make_by("mkdir -p $B/made; ${CC:-cc} -shared -fPIC -fno-builtin -x c - -o $B/made/wrapper.so "
            "-ldl <<'END'\n"
            "#define _GNU_SOURCE\n"
            "#include <dlfcn.h>\n"
            "#include <stddef.h>\n"
            "void *malloc(size_t size)\n"
            "{\n"
            "    static void *(*next)(size_t);\n"
            "    if (next == NULL)\n"
            "        next = (void *(*)(size_t))dlsym(RTLD_NEXT, \"malloc\");\n"
            "    return next(size);\n"
            "}\n"
            "END\n");
    expect_passed_on(
        RUN(SETTINGS(LIMIT, BEFORE_US("%B/made/wrapper.so")), "victims/process_takes_32_mib"),
        "wrapper.so");
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=unlimited", BEFORE_US("%B/made/wrapper.so")),
                  "victims/alloc_family_has_one_owner"));
}
END_TEST

/* glibc's own, with a header before each block. */
START_TEST(front_libmemusage)
{
    if (RUN(SETTINGS("LD_PRELOAD=libmemusage.so"), "true")->status != 0 ||
        strstr(RUN(SETTINGS("LD_PRELOAD=libmemusage.so"), "true")->err, "Memory usage") == NULL)
        SKIP("no libmemusage.so");
    expect_passed_on(
        RUN(SETTINGS(LIMIT, BEFORE_US("libmemusage.so")), "victims/process_takes_32_mib"),
        "libmemusage.so");
    ck_assert_int_eq(
        RUN(SETTINGS(BEFORE_US("libmemusage.so")), "victims/alloc_family_has_one_owner")->status,
        0);
}
END_TEST

/* It keeps from the programs that its own starts what it was preloaded by. */
START_TEST(front_heaptrack)
{
    static const char preload[] = "/usr/lib/heaptrack/libheaptrack_preload.so";
    if (access(preload, R_OK) != 0)
        SKIP("package heaptrack");
    expect_passed_on(RUN(SETTINGS(LIMIT, "DUMP_HEAPTRACK_OUTPUT=/dev/null",
                                  BEFORE_US("/usr/lib/heaptrack/libheaptrack_preload.so")),
                         "victims/process_takes_32_mib"),
                     "libheaptrack_preload.so");
}
END_TEST

START_TEST(front_program_wraps_the_heap)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=16M"), "victims/front_wraps_the_heap"));
}
END_TEST

START_TEST(front_program_owns_the_heap_and_wraps_the_rest)
{
    const struct run *run = RUN(SETTINGS(LIMIT), "victims/front_owns_the_heap_and_wraps_the_rest");
    ck_assert_msg(!run->hung && run->status == 0, "status %d: %s", run->status, run->err);
    ck_assert_msg(strstr(run->err, "heap          not limited: ") != NULL &&
                      strstr(run->err, "; its mappings are limited\n") != NULL,
                  "%s", run->err);
}
END_TEST

/* As when a command of another path starts ours: the first copy limits, the other looks on. */
START_TEST(front_second_copy_of_the_library)
{
    make_by("mkdir -p $B/made/copy; cp $B/libmemrestrict.so $B/made/copy/");
    const struct run *run = RUN(SETTINGS(LIMIT, BEFORE_US("%B/made/copy/libmemrestrict.so")),
                                "victims/process_takes_32_mib");
    ck_assert_msg(!run->hung && run->status == 0 && strcmp(run->out, "refused\n") == 0,
                  "status %d, stdout: %sstderr: %s", run->status, run->out, run->err);
    ck_assert_msg(strstr(run->err, "memrestrict: ") == run->err &&
                      strstr(run->err + 1, "memrestrict: ") == NULL,
                  "more than one report: %s", run->err);
    ck_assert_msg(strstr(run->err, "first: malloc of 1048576 bytes") != NULL, "%s", run->err);
}
END_TEST

#define CLANG "clang -g -O1 -pthread -fsanitize="
#define GCC "gcc -g -O1 -pthread -static-lib"
static const char *const sanitizers[][2] = {
    {"clang", CLANG "address"},
    {"clang", CLANG "thread"},
    {"clang", CLANG "memory"},
    {"clang", CLANG "leak"},
    {"clang", CLANG "undefined"},
    {"gcc", GCC "asan -fsanitize=address"},
    {"gcc", GCC "tsan -fsanitize=thread"},
    {"gcc", GCC "lsan -fsanitize=leak"},
};
enum { SANITIZERS = sizeof sanitizers / sizeof sanitizers[0] };

START_TEST(front_sanitized_programs)
{
    char text[400];
    const char *compiler = sanitizers[_i][0], *with = sanitizers[_i][1];
    snprintf(text, sizeof text,
             "mkdir -p $B/made; %s -o $B/made/sanitized%d "
             "tests/victims/front_sanitized.c",
             with, _i);
    if (!program_exists(compiler) || script(text)->status != 0)
        SKIP("no %s", with);
    snprintf(text, sizeof text, "made/sanitized%d", _i);
    if (RUN(SETTINGS("LD_PRELOAD="), build_path(text))->status != 0)
        SKIP("%s does not run here", with);
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=16M"), build_path(text));
    ck_assert_msg(!run->hung && run->status == 0 && strcmp(run->out, "done\n") == 0,
                  "%s: status %d, stdout: %sstderr: %s", with, run->status, run->out, run->err);
}
END_TEST

Suite *suite_front(void)
{
    Suite *suite = suite_create("front");
    driver_add(suite, front_wrapper_of_malloc_alone);
    driver_add(suite, front_libmemusage);
    driver_add(suite, front_heaptrack);
    driver_add(suite, front_program_wraps_the_heap);
    driver_add(suite, front_program_owns_the_heap_and_wraps_the_rest);
    driver_add(suite, front_second_copy_of_the_library);
    TCase *sanitized = tcase_create("front_sanitized_programs");
    tcase_set_timeout(sanitized, RUN_SECONDS + 10);
    tcase_add_loop_test(sanitized, front_sanitized_programs, 0, SANITIZERS);
    suite_add_tcase(suite, sanitized);
    return suite;
}
