/* SPDX-License-Identifier: MIT
 *
 * Address spaces that are made up: a folder with the files that the kernel would have, for what a
 * test cannot do to the machine, and for files that are not as they should be.
 */
#include "formats.h"

#include "base/text.h"
#include "run/kernel_reason.h"
#include "space/address_space.h"
#include "space/charges.h"
#include "space/faults.h"
#include "space/format_layout.h"
#include "space/kernel_file.h"
#include "space/picture_text.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PID = 77, PARENT = 76 };

#define PROGRAM                                                                                    \
    "555555554000-555555556000 r-xp 00000000 fe:00 11 /bin/prog\n"                                 \
    "555555556000-555555557000 rw-p 00002000 fe:00 11 /bin/prog\n"
#define HEAP "555555600000-555555621000 rw-p 00000000 00:00 0 [heap]\n"
#define LIBRARIES                                                                                  \
    "7ffff7dd0000-7ffff7dd2000 r-xp 00000000 fe:00 12 /lib/libc.so.6\n"                            \
    "7ffff7fca000-7ffff7fcc000 r-xp 00000000 fe:00 13 /lib/ld.so\n"
#define STACK "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]\n"

static void put(const char *name, const void *data, size_t length)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", kernel_root, name);
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL && fwrite(data, 1, length, file) == length && fclose(file) == 0);
}

static void put_text(const char *name, const char *text) { put(name, text, strlen(text)); }

static void put_stat(const char *folder, int pid, int parent)
{
    char name[64], text[600];
    snprintf(name, sizeof name, "proc/%s/stat", folder);
    snprintf(text, sizeof text,
             "%d (a ) b) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0 0 93824992231424 0 "
             "140737488347136 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 93824992935936 0 0 0 0 0\n",
             pid, parent);
    put_text(name, text);
}

/* A process of 64 bits with these mappings, started by one of `parent_bits`. */
static void make(const char *maps, unsigned parent_bits)
{
    static const uint64_t wide[] = {AT_PAGESZ, 4096, AT_BASE, 0x7ffff7fca000, AT_NULL, 0};
    static const uint32_t narrow[] = {AT_PAGESZ, 4096, AT_NULL, 0};
    static char folder[300];
    snprintf(folder, sizeof folder, "%s", scratch("root"));
    kernel_root = folder;
    ck_assert(shell("rm -rf root; mkdir -p root/proc/77 root/proc/76 root/proc/sys/kernel "
                    "root/proc/sys/vm root/sys/fs/cgroup/a/b"));
    put_stat("77", PID, PARENT);
    put_text("proc/77/status", "Name:\tprog\nPPid:\t76\nVmData:\t   1000 kB\nVmStk:\t 132 kB\n"
                               "VmSize:\t 3000 kB\nVmLck:\t 0 kB\nThreads:\t1\n");
    put_text("proc/77/limits", "Max data size             unlimited  unlimited  bytes\n"
                               "Max stack size            8388608    unlimited  bytes\n");
    put_text("proc/77/personality", "00000000\n");
    put("proc/77/auxv", wide, sizeof wide);
    put("proc/76/auxv", parent_bits == 32 ? (const void *)narrow : wide,
        parent_bits == 32 ? sizeof narrow : sizeof wide);
    put_text("proc/77/maps", maps);
    put_text("proc/77/cgroup", "0::/a/b\n");
    put_text("proc/sys/kernel/randomize_va_space", "2\n");
    put_text("proc/sys/vm/overcommit_memory", "0\n");
    put_text("proc/meminfo", "MemTotal: 1000000 kB\nSwapTotal: 0 kB\nCommitLimit: 1000000 kB\n"
                             "Committed_AS: 950000 kB\n");
}

static struct address_space space;
static struct fault_list faults;

/* "fault KIND left; note KIND -; " of what is there. */
static const char *found(void)
{
    static char text[2000];
    const struct fault_bounds bounds = {16 << 20};
    ck_assert(space_read(PID, &space) && faults_find(&space, &bounds, &faults));
    *text = '\0';
    for (size_t i = 0; i < faults.count; i++) {
        const struct fault_found *one = &faults.faults[i];
        char line[200];
        snprintf(line, sizeof line, "%s %s %s; ", one->severity == FAULT_FAULT ? "fault" : "note",
                 one->row->kind, one->cause != NULL ? one->cause : "-");
        strcat(text, line);
    }
    return text;
}

START_TEST(an_ordinary_process_has_no_fault)
{
    make(PROGRAM HEAP LIBRARIES STACK, 64);
    ck_assert_str_eq(found(), "");
    ck_assert_uint_eq(space.bits, 64);
    ck_assert_uint_eq(space.break_end, 0x555555621000);
    ck_assert_uint_eq(space.mappings[0].kind, MAPPING_TEXT);
    ck_assert_uint_eq(space.mappings[1].kind, MAPPING_DATA);
    ck_assert_uint_eq(space.mappings[3].kind, MAPPING_LIBRARY);
    ck_assert_int_eq(space_area(&space).direction, SPACE_DOWN);
    struct space_sums sums = space_sums(&space);
    ck_assert_uint_eq(sums.mapped + sums.free, space.top);
}
END_TEST

/* The login shell that died: a library right above its heap, the rest below its text. */
#define OLD_KERNEL                                                                                 \
    "2aaaaaaab000-2aaaaaaad000 r-xp 00000000 fe:00 13 /lib/ld.so\n" PROGRAM HEAP                   \
    "555555642000-555555644000 r-xp 00000000 fe:00 12 /lib/libc.so.6\n" STACK

START_TEST(the_shell_that_died_is_understood)
{
    static const uint64_t vector[] = {AT_PAGESZ, 4096, AT_BASE, 0x2aaaaaaab000, AT_NULL, 0};
    make(OLD_KERNEL, 32);
    put("proc/77/auxv", vector, sizeof vector);
    ck_assert_str_eq(found(), "fault boxed-heap -; fault legacy-layout 32-bit-parent; ");
    ck_assert_str_eq(faults.faults[0].words, "the heap (brk, 132.0 KiB now) can grow by 128.0 KiB, "
                                             "then libc.so.6 is in the way");
    ck_assert_uint_eq(faults.faults[0].left, 128 * 1024);
    ck_assert_str_eq(faults.faults[0].mapping->name, "/lib/libc.so.6");
}
END_TEST

START_TEST(each_cause_of_the_legacy_layout_is_told)
{
    static const uint64_t vector[] = {AT_PAGESZ, 4096, AT_BASE, 0x2aaaaaaab000, AT_NULL, 0};
    make("2aaaaaaab000-2aaaaaaad000 r-xp 00000000 fe:00 13 /lib/ld.so\n" PROGRAM STACK, 64);
    put("proc/77/auxv", vector, sizeof vector);
    ck_assert_str_eq(found(), "fault legacy-layout -; ");
    put_text("proc/77/limits", "Max stack size            unlimited  unlimited  bytes\n");
    ck_assert_str_eq(found(), "fault legacy-layout unlimited-stack; ");
    put_text("proc/sys/vm/legacy_va_layout", "1\n");
    ck_assert_str_eq(found(), "fault legacy-layout sysctl; ");
    put_text("proc/77/personality", "00200000\n");
    ck_assert_str_eq(found(), "fault legacy-layout personality; ");
}
END_TEST

START_TEST(settings_of_the_machine_are_told)
{
    make(PROGRAM HEAP LIBRARIES STACK, 64);
    put_text("proc/sys/kernel/randomize_va_space", "0\n");
    ck_assert_str_eq(found(), "fault no-aslr sysctl; ");
    put_text("proc/sys/kernel/randomize_va_space", "1\n");
    ck_assert_str_eq(found(), "note no-aslr sysctl; ");
    put_text("proc/sys/kernel/randomize_va_space", "2\n");
    put_text("proc/sys/vm/overcommit_memory", "2\n");
    ck_assert_str_eq(found(), "fault overcommit -; ");
    ck_assert_uint_eq(faults.faults[0].left, UINT64_C(50000) * 1024);
    put_text("proc/sys/vm/overcommit_memory", "1\n");
    ck_assert_str_eq(found(), "note overcommit -; ");
    put_text("proc/sys/vm/overcommit_memory", "0\n");
    put_text("proc/sys/vm/max_map_count", "6\n");
    ck_assert_str_eq(found(), "fault few-mappings-left -; ");
}
END_TEST

START_TEST(a_control_group_below_the_budget_is_a_fault)
{
    make(PROGRAM HEAP LIBRARIES STACK, 64);
    put_text("sys/fs/cgroup/a/memory.max", "33554432\n");
    put_text("sys/fs/cgroup/a/memory.current", "1048576\n");
    put_text("sys/fs/cgroup/a/b/memory.max", "max\n");
    ck_assert_str_eq(found(), "");
    put("proc/77/environ", "A=1\0MEMRESTRICT_LIMIT=64M\0", 26);
    ck_assert_str_eq(found(), "fault cgroup -; ");
    ck_assert_ptr_nonnull(strstr(faults.faults[0].words, "/a has a limit of 32.0 MiB"));
    put("proc/77/environ", "MEMRESTRICT_LIMIT=16M\0", 22);
    ck_assert_str_eq(found(), "");
    put_text("sys/fs/cgroup/a/memory.current", "33000000\n");
    ck_assert_str_eq(found(), "note cgroup -; ");
}
END_TEST

START_TEST(the_budget_of_a_run_is_told_from_that_of_the_environment)
{
    const struct fault_bounds bounds = {16 << 20};
    make(PROGRAM HEAP LIBRARIES STACK, 64);
    put_text("proc/77/smaps", PROGRAM HEAP "Anonymous: 20480 kB\nAnonHugePages: 16384 kB\n" //
             LIBRARIES STACK);
    ck_assert_str_eq(found(), "note huge-pages -; ");
    expect_lacks(faults.faults[0].words, "charged");
    space.account = (struct space_account){.known = true,
                                           .limit = 64 << 20,
                                           .used = 1 << 20,
                                           .peak = 2 << 20,
                                           .tree_limit = SPACE_UNKNOWN,
                                           .doubt = "so it is"};
    ck_assert(faults_find(&space, &bounds, &faults));
    expect_has(faults.faults[0].words, "are in huge pages; charged are 1.0 MiB");
    const struct picture_style style = {.width = 60, .line_end = "\n"};
    char *text = NULL, *rest = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    ck_assert(charges_text(file, &space, &style) && fclose(file) == 0);
    expect_has(text, "budget: 64.0 MiB, 1.0 MiB are charged");
    expect_has(text, "which cannot be trusted: so it is\n");
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        ck_assert_msg(strlen(line) <= 60, "%s", line);
}
END_TEST

START_TEST(each_reason_of_the_kernel_is_found)
{
    static const uint64_t vector[] = {AT_PAGESZ, 4096, AT_BASE, 0x2aaaaaaab000, AT_NULL, 0};
    make(OLD_KERNEL, 32);
    put("proc/77/auxv", vector, sizeof vector);
    found();
    ck_assert_str_eq(kernel_reason_of(&space, "brk", 1 << 20),
                     "the heap is boxed in by libc.so.6, 132.0 KiB above the break");
    ck_assert_ptr_null(kernel_reason_of(&space, "brk", 128 << 10));
    ck_assert_ptr_null(kernel_reason_of(&space, "mmap", 1 << 20));
    space.limits.address_space = 4 << 20; /* of which 3000 kB are used */
    ck_assert_str_eq(kernel_reason_of(&space, "mmap", 2 << 20),
                     "RLIMIT_AS (ulimit -v): 2.9 of 4.0 MiB are used");
    ck_assert_ptr_null(kernel_reason_of(&space, "mmap", 1 << 20));
    space.limits.address_space = SPACE_UNKNOWN;
    space.limits.data = 2 << 20;
    expect_has(kernel_reason_of(&space, "malloc", 2 << 20), "RLIMIT_DATA (ulimit -d): ");
    space.limits.data = SPACE_UNKNOWN;
    space.system.max_map_count = (int64_t)space.count + 1;
    expect_has(kernel_reason_of(&space, "mprotect", 4096), "(vm.max_map_count)");
    space.system.max_map_count = 65530;
    ck_assert_str_eq(kernel_reason_of(&space, "mmap", UINT64_C(1) << 40),
                     "the machine has 976.5 MiB with swap");
    expect_has(kernel_reason_of(&space, "mmap", UINT64_C(1) << 47), "free range of addresses");
}
END_TEST

START_TEST(each_reason_is_found_by_a_process_s_own_word)
{
    struct roster_process process = {
        .kernel = {1, "sbrk", 64 << 10},
        .space = {true, 3 << 20, 2 << 20, 30, 5 << 20, 33 << 12, SPACE_UNKNOWN, SPACE_UNKNOWN, "a"},
    };
    ck_assert_ptr_null(kernel_reason_by_word(&process));
    process.space.heap_gap = 4096;
    ck_assert_str_eq(kernel_reason_by_word(&process),
                     "the heap is boxed in by a, 4.0 KiB above the break");
    strcpy(process.space.next, "[stack]");
    process.space.heap_gap = 1 << 20;
    ck_assert_str_eq(kernel_reason_by_word(&process),
                     "the heap is boxed in by main stack, 1.0 MiB above the break");
    strcpy(process.space.next, "\033[1m");
    process.space.heap_gap = 0;
    expect_has(kernel_reason_by_word(&process), "in by \\x1b[1m, 0 ");
    process.kernel.call = "malloc"; /* which asks for more */
    ck_assert_ptr_null(kernel_reason_by_word(&process));
    process.space.address_limit = (3 << 20) + (1 << 19);
    ck_assert_str_eq(kernel_reason_by_word(&process),
                     "RLIMIT_AS (ulimit -v): 3.0 of 3.5 MiB are used");
    process.space.address_limit = SPACE_UNKNOWN;
    process.space.data_limit = 0;
    expect_has(kernel_reason_by_word(&process), "RLIMIT_DATA (ulimit -d): ");
    process.space.data_limit = SPACE_UNKNOWN;
    process.kernel.size = 6 << 20;
    expect_has(kernel_reason_by_word(&process), "its largest free range of addresses has 5.0 MiB");
    process.space.mappings = UINT64_C(1) << 48;
    expect_has(kernel_reason_by_word(&process), " (vm.max_map_count)");
    process.space.known = false;
    ck_assert_ptr_null(kernel_reason_by_word(&process));
}
END_TEST

START_TEST(each_kind_of_memory_is_charged_by_a_rule)
{
    static const struct {
        const char *access, *name, *rule;
    } cases[] = {
        {"rw-p", "", "mapped"},
        {"rw-p", "[anon: x]", "mapped"},
        {"rw-p", "/anon_hugepage (deleted)", "mapped"},
        {"rwxp", "", "mapped"},
        {"r-xp", "", "not-writable"},
        {"---p", "", "no-access"},
        {"rw-s", "/dev/zero (deleted)", "shared"},
        {"rw-s", "[anon_shmem:x]", "shared"},
        {"r--s", "/dev/zero (deleted)", "not-writable"},
        {"rw-s", "/memfd:x (deleted)", "shared-file"},
        {"rw-s", "/SYSV00000000 (deleted)", "shared-file"},
        {"rw-p", "/memfd:x (deleted)", "file-copy"},
        {"rw-p", "/some/file", "file-copy"},
        {"rw-s", "/some/file", "shared-file"},
        {"r--p", "/some/file", "not-writable"},
        {"rw-s", "/dev/dri/card0", "kernel"},
        {"r-xp", "[vdso]", "kernel"},
        {"rw-p", "[stack:5]", "thread-stack"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char maps[1000];
        snprintf(maps, sizeof maps,
                 PROGRAM HEAP "7f0000000000-7f0000002000 %s 0 00:01 %d %s\n" STACK, cases[i].access,
                 *cases[i].name == '/', cases[i].name);
        make(maps, 64);
        found();
        ck_assert_msg(strcmp(charge_rule_of(&space.mappings[3])->id, cases[i].rule) == 0,
                      "%s %s is %s", cases[i].access, cases[i].name,
                      charge_rule_of(&space.mappings[3])->id);
    }
    ck_assert_str_eq(charge_rule_of(&space.mappings[1])->id, "loaded");
    ck_assert_str_eq(charge_rule_of(&space.mappings[2])->id, "heap");
    ck_assert_str_eq(charge_rule_of(&space.mappings[4])->id, "stack");
}
END_TEST

START_TEST(what_go_reserves_is_no_arena_of_malloc)
{
    make(PROGRAM HEAP "c000000000-c000400000 rw-p 00000000 00:00 0\n"
                      "c000400000-c004000000 ---p 00000000 00:00 0\n"
                      "7f0000000000-7f0000021000 rw-p 00000000 00:00 0\n"
                      "7f0000021000-7f0004000000 ---p 00000000 00:00 0\n" STACK,
         64);
    found();
    for (size_t i = 0; i < space.count; i++)
        if (space.mappings[i].high == 0xc000400000)
            ck_assert_int_eq(space.mappings[i].kind, MAPPING_ANONYMOUS);
        else if (space.mappings[i].high == 0xc004000000)
            ck_assert_int_eq(space.mappings[i].kind, MAPPING_RESERVATION);
        else if (space.mappings[i].low >> 32 == 0x7f00)
            ck_assert_int_eq(space.mappings[i].kind, MAPPING_ARENA);
}
END_TEST

START_TEST(lines_that_are_none_are_passed_over)
{
    make("\n \nVmFlags: rd\nnonsense\n5-4 rw-p 0 0:0 0\n1000-2000 rwzp 0 0:0 0\n" PROGRAM
         "555555554000-555555555000 rw-p 00000000 fe:00 11 /again\n"
         "ffffffffffffffffffff-1 rw-p 0 0:0 0\n" HEAP LIBRARIES STACK "7ffff",
         64);
    ck_assert_str_eq(found(), "");
    ck_assert_uint_eq(space.count, 6);
}
END_TEST

START_TEST(what_has_no_memory_is_said)
{
    make("", 64);
    ck_assert(!space_read(PID, &space));
    ck_assert(!space_read(PID + 5, &space));
}
END_TEST

static char *drawn_with(const struct picture_style style, size_t rows)
{
    struct picture picture;
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    ck_assert(picture_make(&picture, &space, &faults, rows));
    ck_assert(picture_text(file, &picture, "at main", &style) &&
              faults_text(file, &faults, &style));
    fclose(file);
    return text;
}

static char *drawn(unsigned width, size_t rows)
{
    return drawn_with((struct picture_style){.width = width, .line_end = "\n"}, rows);
}

START_TEST(no_line_is_wider_than_the_terminal)
{
    char letters[121] = "", wide[241] = "", maps[1500];
    memset(letters, 'x', sizeof letters - 1);
    for (int i = 0; i < 80; i++)
        strcat(wide, "\u65e5");
    snprintf(maps, sizeof maps,
             PROGRAM HEAP "555555642000-555555644000 r-xp 00000000 fe:00 12 /lib/%s%s\n" //
             LIBRARIES STACK,
             letters, wide);
    make(maps, 64);
    found();
    snprintf(space.program, sizeof space.program, "%s%s", letters, wide);
    for (unsigned width = 60; width <= 140; width += 8)
        for (unsigned unicode = 0; unicode < 2; unicode++) {
            const struct picture_style style = {
                .width = width, .unicode = unicode, .line_end = "\n"};
            char *text = drawn_with(style, 44), *rest = NULL;
            for (char *line = strtok_r(text, "\n", &rest); line != NULL;
                 line = strtok_r(NULL, "\n", &rest))
                ck_assert_msg(text_width(line) <= width, "%u: %s", width, line);
            free(text);
        }
}
END_TEST

START_TEST(the_picture_shows_what_is_in_the_way)
{
    make(OLD_KERNEL, 64);
    found();
    char *text = drawn(80, 44);
    expect_has(text, "555555642000!   8.0 KiB");
    expect_has(text, "555555621000  132.0 KiB ...           room for the heap, then libc.so.6\n");
    expect_has(text, "fault boxed-heap: ");
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        ck_assert_msg(strlen(line) <= 80, "%s", line);
}
END_TEST

START_TEST(a_section_that_is_come_back_to_is_no_place_of_mmap)
{
    make("10000000-10001000 rw-p 00000000 00:00 0\n" PROGRAM HEAP LIBRARIES STACK, 64);
    found();
    char *text = drawn(80, 44), *first = strstr(text, "mappings: placed from ");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "mappings: placed"));
    expect_has(first, "\nmappings -----");
}
END_TEST

/* Its colour is that of what it has most of: in memory, as far as that is known. */
START_TEST(a_folded_row_is_of_a_kind)
{
    struct picture picture;
    char maps[2000], *at = maps;
    for (unsigned i = 0; i < 10; i++)
        at += sprintf(at,
                      "7ffff0%x00000-7ffff0%x10000 ---p 00000000 00:00 0\n"
                      "7ffff0%x80000-7ffff0%x81000 rw-p 00000000 00:00 0\n",
                      i, i, i, i);
    make(maps, 64);
    for (unsigned known = 0; known < 2; known++) {
        found();
        for (size_t i = 0; i < space.count && known; i++)
            space.mappings[i].resident = space.mappings[i].write ? 4096 : 0;
        ck_assert(picture_make(&picture, &space, &faults, 3));
        unsigned whole = 0;
        for (size_t i = 0; i<picture.count; whole += picture.rows[i++].count> 10)
            if (picture.rows[i].count > 10)
                ck_assert_int_eq(picture.rows[i].most,
                                 known ? MAPPING_ANONYMOUS : MAPPING_RESERVATION);
        ck_assert_uint_eq(whole, 1);
        picture_free(&picture);
    }
}
END_TEST

/* Libraries with stacks of threads among them, all side by side. */
static void make_crowd(void)
{
    char maps[12000], *at = maps;
    unsigned place = 0, thread = 0;
    for (unsigned i = 0; i < 80; i++, place++) {
        at += sprintf(at, "7ffff0%03x000-7ffff0%03x000 r-xp 00000000 fe:00 %u /lib/lib%u.so\n",
                      place, place + 1, i + 20, i);
        if (i % 16 != 8)
            continue;
        at += sprintf(at,
                      "7ffff0%03x000-7ffff0%03x000 ---p 00000000 00:00 0\n"
                      "7ffff0%03x000-7ffff0%03x000 rw-p 00000000 00:00 0 [stack:%u]\n",
                      place + 1, place + 2, place + 2, place + 3, ++thread);
        place += 2;
    }
    sprintf(at, LIBRARIES STACK);
    make(maps, 64);
    found();
}

START_TEST(stacks_of_threads_stay_to_be_seen)
{
    struct picture picture;
    make_crowd();
    for (size_t most = 8; most <= 44; most += 36) {
        unsigned alone = 0;
        ck_assert(picture_make(&picture, &space, &faults, most));
        ck_assert_uint_le(picture.count, most);
        for (size_t i = 0; i < picture.count; i++) {
            const struct picture_row *row = &picture.rows[i];
            alone += row->kind == MAPPING_THREAD && row->count == 1;
        }
        ck_assert_uint_eq(alone, most == 44 ? 5 : 0);
        picture_free(&picture);
    }
    expect_has(drawn(140, 8), "81 libraries, 5 thread stacks, 5 reservations: lib1.so, ");
    expect_has(drawn(80, 8), " 81 libraries, 5 thread stacks, 5 reservat~\n");
}
END_TEST

/* Pages apart from each other, and a heap, a program and a stack that must stay to be seen. */
START_TEST(a_huge_map_folds)
{
    enum { MANY = 60000 };
    char *maps = malloc(MANY * 80 + 1000), *at = maps;
    at += sprintf(at, PROGRAM HEAP);
    for (uint64_t i = 0; i < MANY; i++)
        at +=
            sprintf(at, "%jx-%jx rw-p 00000000 00:00 0\n", (uintmax_t)(0x7f0000000000 + i * 0x3000),
                    (uintmax_t)(0x7f0000001000 + i * 0x3000));
    sprintf(at, LIBRARIES STACK);
    make(maps, 64);
    found();
    ck_assert_uint_eq(space.count, MANY + 6);
    char *text = drawn(80, 44), *line = text;
    unsigned lines = 0;
    while ((line = strchr(line, '\n')) != NULL)
        lines++, line++;
    ck_assert_msg(lines < 60, "%u lines", lines);
    expect_has(text, "59999 pieces of mapped memory");
    expect_has(text, " heap\n");
    expect_has(text, " text: code\n");
    expect_has(text, "234.3 MiB ===");
}
END_TEST

START_TEST(changes_are_marked)
{
    struct address_space before;
    struct picture picture;
    make(PROGRAM HEAP LIBRARIES STACK, 64);
    found();
    before = space;
    put_text("proc/77/maps",
             PROGRAM "555555600000-555555721000 rw-p 00000000 00:00 0 [heap]\n"
                     "7ffff0000000-7ffff0100000 rw-p 00000000 00:00 0\n" LIBRARIES STACK);
    found();
    ck_assert(picture_make(&picture, &space, &faults, 44));
    picture_compare(&picture, &before);
    unsigned marked = 0;
    for (size_t i = 0; i < picture.count; i++) {
        const struct picture_row *row = &picture.rows[i];
        bool grown = row->kind == MAPPING_HEAP, is_new = row->low == 0x7ffff0000000;
        ck_assert_int_eq(row->grown, grown ? 0x100000 : is_new ? 0x100000 : 0);
        ck_assert_int_eq(row->is_new, is_new);
        marked += grown || is_new;
    }
    ck_assert_uint_eq(marked, 2);
}
END_TEST

START_TEST(a_name_of_any_bytes_is_safe_in_all_formats)
{
    struct picture picture;
    char *json = NULL, *svg = NULL;
    size_t length;
    NEEDS("xmllint");
    make(PROGRAM HEAP
         "7ffff7dd0000-7ffff7dd2000 r-xp 00000000 fe:00 12 /l/a\xff<b>\033[31m.so\n" STACK,
         64);
    put_text("proc/77/personality", "00040000\n");
    found();
    ck_assert(picture_make(&picture, &space, &faults, 44));
    struct layout_view view = {&picture, "at main"};
    FILE *file = open_memstream(&json, &length);
    ck_assert(format_layout_json(file, &view) && fclose(file) == 0);
    file = open_memstream(&svg, &length);
    ck_assert(format_layout_svg(file, &view) && fclose(file) == 0);
    put_file(scratch("l.svg"), svg);
    ck_assert(shell("xmllint --noout l.svg"));
    expect_lacks(svg, "\033");
    expect_lacks(drawn(80, 44), "\033[31m");
    expect_has(json, "\"name_hex\": \"2f6c2f61ff");
    expect_has(json, "\"kind\": \"no-aslr\"");
}
END_TEST

Suite *suite_layout(void)
{
    Suite *suite = suite_create("layout");
    formats_add(suite, an_ordinary_process_has_no_fault);
    formats_add(suite, the_shell_that_died_is_understood);
    formats_add(suite, each_cause_of_the_legacy_layout_is_told);
    formats_add(suite, settings_of_the_machine_are_told);
    formats_add(suite, a_control_group_below_the_budget_is_a_fault);
    formats_add(suite, the_budget_of_a_run_is_told_from_that_of_the_environment);
    formats_add(suite, each_reason_of_the_kernel_is_found);
    formats_add(suite, each_reason_is_found_by_a_process_s_own_word);
    formats_add(suite, each_kind_of_memory_is_charged_by_a_rule);
    formats_add(suite, what_go_reserves_is_no_arena_of_malloc);
    formats_add(suite, lines_that_are_none_are_passed_over);
    formats_add(suite, what_has_no_memory_is_said);
    formats_add(suite, no_line_is_wider_than_the_terminal);
    formats_add(suite, the_picture_shows_what_is_in_the_way);
    formats_add(suite, a_section_that_is_come_back_to_is_no_place_of_mmap);
    formats_add(suite, a_folded_row_is_of_a_kind);
    formats_add(suite, stacks_of_threads_stay_to_be_seen);
    formats_add(suite, a_huge_map_folds);
    formats_add(suite, changes_are_marked);
    formats_add(suite, a_name_of_any_bytes_is_safe_in_all_formats);
    return suite;
}
