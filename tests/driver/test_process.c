/* SPDX-License-Identifier: MIT
 *
 * Processes, threads, signals, the loader and sandboxes: whatever a program does with them it does
 * under the library as without it, and its budget stays exact.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT(limit) SETTINGS("MEMRESTRICT_LIMIT=" limit)
#define OURS "LD_PRELOAD=%B/libmemrestrict.so"

enum { VICTIM_SKIPS = 77 };

/* Tests that are one victim under a limit: they succeed, and nothing is on stderr. */
#define PLAIN_VICTIMS(X)                                                                           \
    X(process_allocations_before_constructors, "64M")                                              \
    X(process_asynchronous_cancellation_leaves_locks_free, "64M")                                  \
    X(process_child_starts_with_parents_charge, "64M")                                             \
    X(process_clone_with_copied_memory_leaves_parent_alone, "64M")                                 \
    X(process_clone_with_shared_memory_charges_once, "64M")                                        \
    X(process_copies_without_fork_handlers_map, "64M")                                             \
    X(process_counts_and_refuses, "64M")                                                           \
    X(process_exec_while_threads_allocate, "64M")                                                  \
    X(process_fork_handlers_allocate, "64M")                                                       \
    X(process_fork_in_signal_handler, "64M")                                                       \
    X(process_fork_in_signal_handler_during_fork, "64M")                                           \
    X(process_handler_forks_at_each_step_of_a_draw, "64M")                                         \
    X(process_fork_while_threads_allocate, "64M")                                                  \
    X(process_fork_while_threads_create_threads, "unlimited")                                      \
    X(process_fork_while_threads_read_and_flush, "256K")                                           \
    X(process_kernel_limit_leaves_the_count_exact, "unlimited")                                    \
    X(process_key_destructors_free, "64M")                                                         \
    X(process_keys_are_the_programs, "64M")                                                        \
    X(process_new_programs_start_afresh, "10M")                                                    \
    X(process_address_of_malloc_is_no_owner, "64M")                                                \
    X(process_seccomp_filter, "16M")                                                               \
    X(process_seccomp_strict_mode, "16M")                                                          \
    X(process_signal_from_fork_handler, "64M")                                                     \
    X(process_signal_handler_allocates, "64M")                                                     \
    X(process_signal_handler_maps, "64M")                                                          \
    X(process_stack_overflow_handler_is_refused, "64M")                                            \
    X(process_thousand_threads, "64M")                                                             \
    X(process_thread_local_destructors_free, "64M")                                                \
    X(process_underscore_fork_child_allocates, "64M")                                              \
    X(process_vfork_child_leaves_stocks_alone, "64M")                                              \
    X(process_vfork_child_allocates, "64M")                                                        \
    X(process_waits_are_as_bare, "64M")

#define PLAIN_TEST(name, limit)                                                                    \
    START_TEST(name)                                                                               \
    {                                                                                              \
        const struct run *run = RUN(LIMIT(limit), "victims/" #name);                               \
        if (run->status == VICTIM_SKIPS)                                                           \
            SKIP("this system does not have it");                                                  \
        expect_ok(run);                                                                            \
    }                                                                                              \
    END_TEST
PLAIN_VICTIMS(PLAIN_TEST)

static void expect_said(const struct run *run, const char *words)
{
    ck_assert_msg(!run->hung && run->status == 0, "status %d\nstderr: %s", run->status, run->err);
    ck_assert_msg(strstr(run->err, words) != NULL, "no \"%s\" in: %s", words, run->err);
}

static int occurrences(const char *text, const char *word)
{
    int count = 0;
    for (; (text = strstr(text, word)) != NULL; text += strlen(word))
        count++;
    return count;
}

START_TEST(process_refusal_is_no_cancellation_point)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_ON_REFUSAL=warn"),
                                "victims/process_refusal_is_no_cancellation_point");
    expect_said(run, "refused malloc of 1073741824 bytes");
}
END_TEST

START_TEST(process_refusal_on_small_stacks)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_ON_REFUSAL=warn"),
                                "victims/process_refusal_on_small_stacks");
    if (run->status == VICTIM_SKIPS)
        SKIP("a signal's frame does not fit into 8 KiB here");
    expect_said(run, "refused malloc of 1073741824 bytes");
}
END_TEST

#define WITH_STACKS SETTINGS("MEMRESTRICT_LIMIT=48M", "MEMRESTRICT_COUNT=heap,regions,stacks")

START_TEST(process_thread_stacks_are_given_back)
{
    expect_ok(RUN(WITH_STACKS, "victims/process_thread_stacks_are_given_back"));
}
END_TEST

START_TEST(process_fork_while_counted_threads_start)
{
    expect_ok(RUN(WITH_STACKS, "victims/process_fork_while_threads_create_threads"));
}
END_TEST

START_TEST(process_kernel_limit_on_data)
{
    expect_ok(
        RUN(LIMIT("unlimited"), "victims/process_kernel_limit_leaves_the_count_exact", "data"));
}
END_TEST

START_TEST(process_allocations_at_exit)
{
    const struct run *run = RUN(LIMIT("64M"), "victims/process_allocations_at_exit");
    expect_ok(run);
    ck_assert_str_eq(run->out, "...");
}
END_TEST

START_TEST(process_exit_while_threads_allocate)
{
    for (int i = 0; i < 20; i++)
        expect_said(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_REPORT=stderr"),
                        "victims/process_exit_while_threads_allocate"),
                    "unknown frees 0\n");
}
END_TEST

START_TEST(process_two_threads_exit_at_once)
{
    for (int i = 0; i < 20; i++)
        expect_said(RUN(SETTINGS("MEMRESTRICT_LIMIT=unlimited", "MEMRESTRICT_REPORT=stderr"),
                        "victims/process_two_threads_exit_at_once"),
                    "unknown frees 0\n");
}
END_TEST

START_TEST(process_report_with_no_descriptor_to_spare)
{
    expect_said(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_REPORT=stderr"),
                    "victims/process_no_descriptor_to_spare"),
                "refused       1, first: malloc of 1073741824 bytes");
}
END_TEST

START_TEST(process_vfork_child_writes_no_report)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_REPORT=stderr"),
                                "victims/process_vfork_child_allocates");
    expect_said(run, "refused       1,");
    ck_assert_int_eq(occurrences(run->err, "memrestrict: "), 1);
}
END_TEST

START_TEST(process_forked_child_writes_its_own_report)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "MEMRESTRICT_REPORT=stderr"),
                                "victims/process_child_starts_with_parents_charge");
    expect_said(run, "refused       1,");
    expect_said(run, "refused       0\n");
    ck_assert_int_eq(occurrences(run->err, "memrestrict: "), 2);
}
END_TEST

START_TEST(process_seccomp_filter_with_a_report)
{
    expect_said(RUN(SETTINGS("MEMRESTRICT_LIMIT=16M", "MEMRESTRICT_REPORT=stderr"),
                    "victims/process_seccomp_filter", "report"),
                "refused       2, first: malloc of 10000 bytes");
}
END_TEST

START_TEST(process_seccomp_filter_with_threads)
{
    expect_ok(RUN(LIMIT("16M"), "victims/process_seccomp_filter", "threads"));
}
END_TEST

#define ERRORS "victims/process_errors_are_as_bare"

/* Each call's result, and what it leaves in errno. */
START_TEST(process_errors_are_as_bare)
{
    static char bare[sizeof((struct run *)NULL)->out];
    static const char *const limits[] = {"MEMRESTRICT_LIMIT=unlimited", "MEMRESTRICT_LIMIT=64G",
                                         "MEMRESTRICT_LIMIT=16M", "MEMRESTRICT_COUNT=regions"};
    expect_ok(RUN(SETTINGS("LD_PRELOAD="), ERRORS));
    strcpy(bare, RUN(SETTINGS("LD_PRELOAD="), ERRORS)->out);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct run *run = RUN(SETTINGS(limits[i]), ERRORS);
        expect_ok(run);
        ck_assert_msg(strcmp(run->out, bare) == 0, "bare:\n%s%s:\n%s", bare, limits[i], run->out);
    }
}
END_TEST

/* They can be told from what is refused: the kernel has no pages of that size. */
START_TEST(process_huge_pages_of_no_size_are_not_refused)
{
    const struct run *run = RUN(
        SETTINGS("MEMRESTRICT_LIMIT=1M", "MEMRESTRICT_COUNT=regions", "MEMRESTRICT_REPORT=stderr"),
        "victims/process_maps_huge_pages_of_no_size");
    expect_said(run, "refused       0\n");
}
END_TEST

/* Builds a library whose constructor runs before ours, and runs a victim with both. */
static const struct run *run_after(const char *flags, const char *body, const char *victim)
{
    char text[2000];
    snprintf(
        text, sizeof text,
        "mkdir -p $B/made; ${CC:-cc} -shared -fPIC -pthread %s -x c - -o $B/made/early.so -ldl "
        "<<'END'\n"
        "#define _GNU_SOURCE\n"
        "#include <dlfcn.h>\n"
        "#include <pthread.h>\n"
        "#include <stdlib.h>\n"
        "#include <unistd.h>\n"
        "static void *run(void *argument) { free(malloc(100)); return argument; }\n"
        "static int thread(void)\n"
        "{\n"
        "    pthread_t made;\n"
        "    return pthread_create(&made, NULL, run, NULL) || pthread_join(made, NULL);\n"
        "}\n"
        "__attribute__((constructor)) static void early(void) { %s }\n"
        "END\n",
        flags, body);
    make_by(text);
    return RUN(
        SETTINGS("LD_PRELOAD=%B/libmemrestrict.so:%B/made/early.so", "MEMRESTRICT_LIMIT=16M"),
        victim);
}

/* The settings are those that the program was given, whoever changes its environment first. */
START_TEST(process_earlier_constructors_change_the_environment)
{
    static const char *const bodies[] = {
        "clearenv();",
        "clearenv(); if (thread()) _exit(3);",
        "environ = 0; if (thread()) _exit(3);",
        "static char *none[1]; environ = none; free(malloc(10));",
        "(void)thread;",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        expect_ok(run_after("", bodies[i], "true"));
        const struct run *run = run_after("", bodies[i], "victims/process_takes_32_mib");
        expect_ok(run);
        ck_assert_msg(strcmp(run->out, "refused\n") == 0, "after %s: %s", bodies[i], run->out);
    }
}
END_TEST

/* Before the C library itself has begun. */
START_TEST(process_constructor_before_the_c_library)
{
    static const char *const bodies[] = {
        "if (thread()) _exit(3);",
        "void *self = dlopen(\"libm.so.6\", RTLD_NOW); if (self == NULL) _exit(4);",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const struct run *run =
            run_after("-Wl,-z,initfirst", bodies[i], "victims/process_takes_32_mib");
        expect_ok(run);
        ck_assert_msg(strcmp(run->out, "refused\n") == 0, "after %s: %s", bodies[i], run->out);
    }
}
END_TEST

START_TEST(process_own_malloc_is_said_and_mappings_are_limited)
{
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_LIMIT=16M", "MEMRESTRICT_REPORT=stderr"), "victims/own_malloc");
    expect_said(run, "heap          not limited: ");
    expect_said(run, "own_malloc has a malloc of its own; its mappings are limited\n");
    expect_said(run, "refused       1, first: mmap");
}
END_TEST

START_TEST(process_loader_binds_at_once)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "LD_BIND_NOW=1"),
                  "victims/process_counts_and_refuses"));
}
END_TEST

START_TEST(process_loader_explains_itself)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "LD_DEBUG=all"),
                                "victims/process_counts_and_refuses");
    ck_assert_int_eq(run->status, 0);
    ck_assert_msg(strstr(run->err, "symbol=malloc") != NULL, "LD_DEBUG says nothing of malloc");
}
END_TEST

/* A library whose constructor and destructor allocate, and which gives and takes blocks. */
static const char make_library[] =
    "mkdir -p $B/made; ${CC:-cc} -shared -fPIC -fno-builtin -x c - -o $B/made/library.so <<'END'\n"
    "#include <stdlib.h>\n"
    "#include <unistd.h>\n"
    "char *library_block;\n"
    "void *library_give(size_t size) { return malloc(size); }\n"
    "void library_take(void *block) { free(block); }\n"
    "static __attribute__((constructor)) void begin(void) { library_block = malloc(1000); }\n"
    "static __attribute__((destructor)) void end(void)\n"
    "{\n"
    "    char *small = malloc(2000), *large = malloc((size_t)1 << 30);\n"
    "    _Bool limited = small != NULL && large == NULL;\n"
    "    if (write(1, limited ? \"limited\" : \"not limited\", limited ? 7 : 11) < 0)\n"
    "        _exit(1);\n"
    "    free(small);\n"
    "    free(library_block);\n"
    "}\n"
    "END\n";

START_TEST(process_library_allocates_before_and_after)
{
    make_by(make_library);
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", OURS ":%B/made/library.so"),
                                "victims/process_library_allocates_before_and_after");
    expect_ok(run);
    ck_assert_str_eq(run->out, "limited");
    run =
        RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "LD_PRELOAD=%B/made/library.so %B/libmemrestrict.so"),
            "victims/process_library_allocates_before_and_after");
    expect_ok(run);
    ck_assert_str_eq(run->out, "limited");
}
END_TEST

/* One whose constructor, which runs before ours, maps memory and does not allocate. */
static const char make_mapper[] =
    "mkdir -p $B/made; ${CC:-cc} -shared -fPIC -x c - -o $B/made/mapper.so <<'END'\n"
    "#define _GNU_SOURCE\n"
    "#include <stddef.h>\n"
    "#include <sys/mman.h>\n"
    "void *mapper_small, *mapper_large;\n"
    "static void *map(size_t size)\n"
    "{\n"
    "    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n"
    "}\n"
    "static __attribute__((constructor)) void begin(void)\n"
    "{\n"
    "    mapper_small = map(1 << 20);\n"
    "    mapper_large = map(1 << 30);\n"
    "}\n"
    "END\n";

START_TEST(process_library_maps_before)
{
    make_by(make_mapper);
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", OURS ":%B/made/mapper.so"),
                  "victims/process_library_maps_before"));
}
END_TEST

#define LIBRARY_TEST(name)                                                                         \
    START_TEST(name)                                                                               \
    {                                                                                              \
        make_by(make_library);                                                                     \
        expect_ok(RUN(LIMIT("64M"), "victims/" #name, build_path("made/library.so")));             \
    }                                                                                              \
    END_TEST
LIBRARY_TEST(process_block_freed_behind_our_back_is_charged_once)
LIBRARY_TEST(process_large_block_freed_behind_our_back_is_refunded_whole)
LIBRARY_TEST(process_deepbind_library_is_not_charged)
LIBRARY_TEST(process_dlclosed_library_leaves_its_blocks)
LIBRARY_TEST(process_dlmopen_namespace_is_not_charged)

/* Watches every binding, and allocates in its own namespace. */
static const char make_audit[] =
    "mkdir -p $B/made; ${CC:-cc} -shared -fPIC -fno-builtin -x c - -o $B/made/audit.so <<'END'\n"
    "#define _GNU_SOURCE\n"
    "#include <link.h>\n"
    "#include <stdlib.h>\n"
    "unsigned la_version(unsigned version) { free(malloc(100)); return version; }\n"
    "unsigned la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)\n"
    "{\n"
    "    return LA_FLG_BINDTO | LA_FLG_BINDFROM;\n"
    "}\n"
    "uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,\n"
    "                       unsigned *flags, const char *name)\n"
    "{\n"
    "    free(malloc(index));\n"
    "    return symbol->st_value;\n"
    "}\n"
    "END\n";

START_TEST(process_audit_library_watches)
{
    make_by(make_audit);
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "LD_AUDIT=%B/made/audit.so", "LD_BIND_NOW="),
            "victims/process_counts_and_refuses");
    expect_ok(run);
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M", "LD_AUDIT=%B/made/audit.so"),
                  "victims/process_fork_handlers_allocate"));
}
END_TEST

/* The loader is not there to preload for a static program: it runs without a limit. */
START_TEST(process_static_program_is_unlimited)
{
    const struct run *run =
        script("echo 'int main(void) { return 0; }' | ${CC:-cc} -static -x c - -o "
               "$B/static-probe && rm $B/static-probe");
    if (run->status != 0)
        SKIP("no static C library");
    make_by("mkdir -p $B/made; ${CC:-cc} -static -fno-builtin tests/victims/process_takes_32_mib.c "
            "-o $B/made/static");
    run = RUN(SETTINGS("MEMRESTRICT_LIMIT=16M", "B=%B"), "sh", "-c", "exec $B/made/static");
    ck_assert_str_eq(run->out, "not refused\n");
    ck_assert_str_eq(RUN(LIMIT("16M"), "victims/process_takes_32_mib")->out, "refused\n");
}
END_TEST

/* Each line as another user: a program of root's that is set-user-ID, and the same one that is not.
 */
static const char run_setuid[] =
    "folder=$(mktemp -d); trap 'rm -rf $folder' EXIT; chmod 755 $folder\n"
    "cp $B/libmemrestrict.so $B/victims/process_takes_32_mib $(command -v id) $folder; cd $folder\n"
    "chmod 755 *; chmod u+s id\n"
    "test $(setpriv --reuid 65534 ./id -u) = 0 || { echo 'not honoured'; exit; }\n"
    "limit='setpriv --reuid 65534 env MEMRESTRICT_LIMIT=16M LD_PRELOAD='$folder/libmemrestrict.so\n"
    "$limit ./process_takes_32_mib\n"
    "chmod u+s process_takes_32_mib\n"
    "$limit ./process_takes_32_mib 2>/dev/null\n";

START_TEST(process_setuid_program_is_unlimited)
{
    if (geteuid() != 0 || !program_exists("setpriv"))
        SKIP("needs root, and setpriv");
    const struct run *run = script(run_setuid);
    if (strcmp(run->out, "not honoured\n") == 0)
        SKIP("set-user-ID is not honoured in the temporary folder");
    ck_assert_msg(strcmp(run->out, "refused\nnot refused\n") == 0, "%s%s", run->out, run->err);
}
END_TEST

/* The folders that $LIB in LD_PRELOAD stands for: the multiarch ones, or lib32 with libc6-i386. */
static const char make_32_bit[] =
    "make -s lib32 BUILD=$B CC=gcc; mkdir -p $B/made/lib; cd $B/made/lib\n"
    "ln -sfn ../.. $(gcc -print-multiarch); ln -sfn ../../32 $(gcc -m32 -print-multiarch)\n"
    "ln -sfn ../32 ../lib32; cd - >/dev/null\n"
    "for victim in process_counts_and_refuses process_fork_while_threads_allocate \\\n"
    "    process_signal_handler_maps alloc_every_function_is_exact; do\n"
    "    gcc -m32 -std=gnu11 -D_GNU_SOURCE -Iinclude -O1 -fno-builtin -pthread \\\n"
    "        tests/victims/$victim.c -o $B/made/$victim-32\n"
    "done\n";

START_TEST(process_32_bit_children_are_limited)
{
    const struct run *run = script("echo 'int main(void) { return 0; }' | gcc -m32 -x c - -o "
                                   "$B/32-bit-probe && rm $B/32-bit-probe");
    if (run->status != 0)
        SKIP("no 32-bit compiler (gcc-multilib)");
    make_by(make_32_bit);
    run =
        RUN(SETTINGS("LD_PRELOAD=%B/made/$LIB/libmemrestrict.so", "MEMRESTRICT_LIMIT=200M", "B=%B"),
            "sh", "-ec",
            "$B/victims/process_counts_and_refuses\n"
            "for victim in $B/made/*-32; do $victim; echo done; done");
    expect_ok(run);
    ck_assert_str_eq(run->out, "done\ndone\ndone\ndone\n");
}
END_TEST

Suite *suite_process(void)
{
    Suite *suite = suite_create("process");
#define ADD(name, limit) driver_add(suite, name);
    PLAIN_VICTIMS(ADD)
#undef ADD
    driver_add(suite, process_refusal_is_no_cancellation_point);
    driver_add(suite, process_refusal_on_small_stacks);
    driver_add(suite, process_thread_stacks_are_given_back);
    driver_add(suite, process_fork_while_counted_threads_start);
    driver_add(suite, process_kernel_limit_on_data);
    driver_add(suite, process_allocations_at_exit);
    driver_add(suite, process_exit_while_threads_allocate);
    driver_add(suite, process_two_threads_exit_at_once);
    driver_add(suite, process_report_with_no_descriptor_to_spare);
    driver_add(suite, process_vfork_child_writes_no_report);
    driver_add(suite, process_forked_child_writes_its_own_report);
    driver_add(suite, process_seccomp_filter_with_a_report);
    driver_add(suite, process_seccomp_filter_with_threads);
    driver_add(suite, process_errors_are_as_bare);
    driver_add(suite, process_huge_pages_of_no_size_are_not_refused);
    driver_add(suite, process_earlier_constructors_change_the_environment);
    driver_add(suite, process_constructor_before_the_c_library);
    driver_add(suite, process_own_malloc_is_said_and_mappings_are_limited);
    driver_add(suite, process_loader_binds_at_once);
    driver_add(suite, process_loader_explains_itself);
    driver_add(suite, process_library_allocates_before_and_after);
    driver_add(suite, process_library_maps_before);
    driver_add(suite, process_block_freed_behind_our_back_is_charged_once);
    driver_add(suite, process_large_block_freed_behind_our_back_is_refunded_whole);
    driver_add(suite, process_deepbind_library_is_not_charged);
    driver_add(suite, process_dlclosed_library_leaves_its_blocks);
    driver_add(suite, process_dlmopen_namespace_is_not_charged);
    driver_add(suite, process_audit_library_watches);
    driver_add(suite, process_static_program_is_unlimited);
    driver_add(suite, process_setuid_program_is_unlimited);
    driver_add(suite, process_32_bit_children_are_limited);
    return suite;
}
