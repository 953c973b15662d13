/* SPDX-License-Identifier: MIT
 *
 * layout on programs: each fault made, found and named; healthy ones; the moments of a look;
 * figures against the kernel's own. The machine's settings, which a test cannot change, are in
 * tests/formats/.
 */
#include "command.h"
#include "layout_victim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_boxed_in_heap_kills_an_allocator_on_brk_and_is_named)
{
    expect("cp $V/layout_brk_allocator_is_boxed_in p; ./p >out 2>err; echo $?; head -1 err", 0,
           "134\nno memory after 32 blocks\n", NULL);
    expect("$M layout -q --check --at=start $V/layout_brk_allocator_is_boxed_in", 0, "no faults\n",
           "");
    expect("cp /bin/true libinway.so; $M layout -q --check --at=refusal "
           "$V/layout_brk_allocator_is_boxed_in libinway.so | head -2",
           0,
           "fault boxed-heap: the heap (brk, 128.0 KiB now) cannot grow: libinway.so is in\n"
           "  the way\n",
           "");
}
END_TEST

START_TEST(a_heap_that_is_about_to_be_boxed_in_has_its_bytes_left)
{
    expect(WITH("boxed-heap 135168",
                "$M layout --check -q --json=j $p >/dev/null; echo $?; "
                "jq -c '.faults[] | [.severity, .kind, .bytes_left, .mapping.kind]' j; "
                "jq -r '.areas.heap.room_bytes' j"),
           0, "1\n[\"fault\",\"boxed-heap\",131072,\"anonymous\"]\n131072\n", "");
}
END_TEST

START_TEST(a_heap_is_boxed_in_by_as_much_as_one_says)
{
    expect(WITH("boxed-heap 135168", "$M layout -q --check --heap-room=128K $p"), 0, "no faults\n",
           "");
}
END_TEST

/* X(test, how the victim is told, exit status, what is found) */
#define FAULTS(X)                                                                                  \
    X(nothing_is_no_fault, "nothing", 0, "")                                                       \
    X(a_guarded_thread_is_no_fault, "guarded-thread", 0, "")                                       \
    X(writable_code_is_a_fault, "writable-data", 1, "fault writable-executable\n")                 \
    X(a_compilers_cache_is_a_note, "generated-code", 0, "note writable-executable\n")              \
    X(a_thread_without_guard_is_a_fault, "unguarded-thread", 1, "fault no-stack-guard\n")          \
    X(a_full_table_of_mappings_is_a_fault, "table-of-mappings 91", 1, "fault few-mappings-left\n") \
    X(half_a_table_of_mappings_is_a_note, "table-of-mappings 62", 0, "note few-mappings-left\n")   \
    X(locked_memory_at_its_limit_is_a_fault, "locked", 1, "fault rlimit\n")                        \
    X(a_limit_that_bites_is_a_fault, "limited-data", 1, "fault rlimit\n")                          \
    X(addresses_at_their_limit_are_a_fault, "limited-addresses", 1, "fault rlimit\n")              \
    X(a_stack_at_its_limit_is_a_fault, "limited-stack", 1, "fault rlimit\n")                       \
    X(a_heap_of_huge_pages_is_a_note, "huge-pages", 0, "note huge-pages\n")                        \
    X(a_deleted_file_is_a_note, "deleted-file $PWD/gone", 0, "note deleted-file\n")                \
    X(a_file_called_deleted_is_not, "evil-name \"$PWD/here (deleted)\"", 0, "")                    \
    X(a_stack_with_a_mapping_in_its_way_is_a_fault, "boxed-stack", 1, "fault boxed-stack\n")       \
    X(a_stack_that_is_split_is_a_fault, "split-stack", 1, "fault boxed-stack\n")                   \
    X(a_stack_with_guard_pages_within_is_a_fault, "guard-in-stack", 1, "fault boxed-stack\n")      \
    X(a_thread_with_guard_pages_within_is_no_fault, "guard-in-thread", 0, "")

#define FAULT_TEST(name, how, status, found)                                                       \
    START_TEST(name)                                                                               \
    {                                                                                              \
        if (!can(WITH(how, "true")))                                                               \
            SKIP("cannot be made on this machine");                                                \
        expect(WITH(how, FOUND), status, found, "");                                               \
    }                                                                                              \
    END_TEST
FAULTS(FAULT_TEST)

/* From the top down: without figures, the names of libraries, and what glibc maps for itself. */
#define PARTS                                                                                      \
    "sed 's/\\x1b\\[[0-9]*m//g; 1,/^$/d; s/thread [0-9]*.*/thread N/; s/limit .*/limit/; "         \
    "s/from [0-9a-f]* /from N /; s/the heap, then .*/the heap/; s/ -*$//; "                        \
    "s/^ *[0-9a-f]* *[0-9.]* [a-zKMGTB]* *[#=.]* *//; "                                            \
    "/^mapped memory$/d; /^free/d; /file/d; /^guard/d; /\\.so/d; /^$/d'"

START_TEST(each_part_of_an_address_space_is_drawn)
{
    expect(
        WITH("guarded-thread",
             "export LC_ALL=C; for o in never always; do $M layout --color=$o $p >$o; done; "
             "e=$(printf '\\033'); grep -c $e never; [ $(grep -c $e always) -gt 9 ] || exit; " PARTS
             " never >parts; " PARTS " always | cmp - parts && cat parts"),
        0,
        "0\n"
        "stack: grows down\nmain stack, limit\nroom for the stack\n"
        "mappings: placed from N down\nvdso and its data\nstack of thread N\n"
        "room for the heap\nheap: brk, grows up\nheap\nlayout_has_the_fault_it_is_told\n"
        "bss: data that begins as zeros\ndata\nconstants\ntext: code\nconstants\n"
        "nothing, so that NULL is caught\nno faults\n",
        "");
}
END_TEST

START_TEST(what_ends_a_stack_is_drawn)
{
    expect(WITH("boxed-stack", "COLUMNS=100 $M layout $p | sed -n "
                               "'s/.*\\(room for the stack.*\\)/\\1/p'"),
           0, "room for the stack, then mapped memory\n", "");
    expect(WITH("split-stack",
                "COLUMNS=100 $M layout $p | grep -o 'main stack, .*\\|guard: .*' | "
                "sed 's/limit .*/limit N/' | head -3; $M layout $p | grep -c 'room for the stack'"),
           1,
           "main stack, limit N\nguard: no access\n"
           "main stack, cut off by the guard above\n0\n",
           "");
}
END_TEST

START_TEST(code_whose_file_is_gone_is_a_fault)
{
    expect("echo 'int one(void) { return 1; }' | cc -shared -fPIC -x c - -o libone.so || exit "
           "77; " WITH("deleted-library $PWD/libone.so", FOUND),
           1, "fault deleted-file\n", "");
}
END_TEST

START_TEST(an_executable_stack_is_a_fault)
{
    expect("echo 'int main(void) { return 0; }' | cc -z execstack -x c - -o p 2>/dev/null; "
           "$M layout -q --check --at=exit ./p >out; echo $?; "
           "grep -o '^[a-z]* [a-z-]*: main stack' out",
           0, "1\nfault writable-executable: main stack\n", "");
}
END_TEST

START_TEST(a_limit_that_is_far_off_is_a_note)
{
    expect("ulimit -v 40000; $M layout -q --at=exit sleep 0 | cut -d: -f1,2 | head -1", 0,
           "note rlimit: RLIMIT_AS (ulimit -v)\n", "");
}
END_TEST

START_TEST(the_legacy_layout_is_a_fault_with_its_cause)
{
    if (!program_exists("setarch") || shell("setarch -L true")->status != 0)
        SKIP("no setarch -L here");
    expect("setarch -L $M layout -q --check --json=j cat >/dev/null; echo $?; "
           "jq -c '.faults[] | [.severity, .kind, .cause]' j; jq -r .areas.mmap.direction j",
           0, "1\n[\"fault\",\"legacy-layout\",\"personality\"]\nup\n", "");
    expect("$M layout -q --check --json=j cat >/dev/null; jq -r .areas.mmap.direction j", 0,
           "down\n", "");
}
END_TEST

START_TEST(addresses_that_are_not_random_are_a_fault)
{
    if (!program_exists("setarch") || shell("setarch -R true")->status != 0)
        SKIP("no setarch -R here");
    expect("setarch -R $M layout -q --check --json=j cat >/dev/null; echo $?; "
           "jq -c '.faults[] | [.kind, .cause]' j",
           0, "1\n[\"no-aslr\",\"personality\"]\n", "");
}
END_TEST

#define IN_32_BITS                                                                                 \
    "cc -m32 -D_GNU_SOURCE -w -pthread $R/tests/victims/layout_has_the_fault_it_is_told.c -o p "   \
    "-ldl "                                                                                        \
    "2>/dev/null || exit 77; mkdir v; mv p v/layout_has_the_fault_it_is_told; V=v; "

START_TEST(few_addresses_are_a_fault)
{
    if (!can(IN_32_BITS))
        SKIP("no 32-bit compiler");
    expect(IN_32_BITS WITH("all-addresses", "$M layout -q --check $p >out; echo $?; "
                                            "grep -o '^fault little-address-space' out"),
           0, "1\nfault little-address-space\n", "");
}
END_TEST

START_TEST(addresses_in_pieces_are_a_fault)
{
    if (!can(IN_32_BITS))
        SKIP("no 32-bit compiler");
    expect(IN_32_BITS WITH("fragments", "$M layout -q --check $p >out; echo $?; "
                                        "grep -o '^fault fragmentation: the largest gap is' out"),
           0, "1\nfault fragmentation: the largest gap is\n", "");
}
END_TEST

/* Each is looked at where it ends, so with all that it ever mapped and kept. */
static const char *const healthy[] = {
    "cat /dev/null", "python3 -c 'import json, threading'",
    "perl -e 1",     "node -e 'setTimeout(() => 0, 10)'",
    "java -version", "bash -c :",
    "$PWD/static",   "$PWD/static-pie",
    "$PWD/no-pie",   "$PWD/pie",
    "$PWD/32",       "$PWD/musl",
};

START_TEST(a_healthy_program_has_no_fault)
{
    char script[1000], program[16];
    const char *command = healthy[_i];
    snprintf(program, sizeof program, "%.*s", (int)strcspn(command, " "), command);
    if (*command != '$' && !program_exists(program))
        SKIP("no %s", program);
    snprintf(
        script, sizeof script,
        "echo 'int main(void) { return 0; }' >m.c; case %s in */32) cc -m32 m.c -o 32 ;; "
        "*/musl) musl-gcc -static m.c -o musl ;; $PWD/*) p=%s; cc -${p##*/} m.c -o ${p##*/} ;; "
        "esac >/dev/null 2>&1 || exit 77; "
        "$M layout -q --check --at=exit %s >out 2>err; s=$?; "
        "grep -E '^(fault|note)' out; grep '^memrestrict' err; exit $s",
        program, program, command);
    if (shell(script)->status == 77)
        SKIP("%s cannot be built here", command);
    const struct run *run = shell(script);
    ck_assert_msg(run->status == 0, "%s: status %d: %s%s", command, run->status, run->out,
                  run->err);
    ck_assert_msg(strstr(run->out, "fault") == NULL, "%s: %s", command, run->out);
}
END_TEST

/* Every figure of $p against its smaps, while it stands still. */
#define SAME_FIGURES                                                                               \
    "kill -STOP $p; until grep -q 'State:.T' /proc/$p/status; do sleep 0.01; done; "               \
    "$M layout -q --json=j $p >/dev/null; "                                                        \
    "awk '/^[0-9a-f]+-[0-9a-f]+ /{if ($6 == \"[vsyscall]\") exit; "                                \
    "printf \"%s%s %s\", nl, $1, $2; nl = \"\\n\"} "                                               \
    "/^(Size|Rss|Anonymous|Swap|Locked):/{printf \" %d\", $2 * 1024} END {print \"\"}' "           \
    "/proc/$p/smaps >kernel; kill -CONT $p; "                                                      \
    "jq -r '.mappings[] | \"\\(.start[2:])-\\(.end[2:]) \\(.access) \\(.size_bytes) "              \
    "\\(.resident_bytes) \\(.anonymous_bytes) \\(.swapped_bytes) \\(.locked_bytes)\"' j "          \
    "| sed 's/^/0000000/; s/-/-0000000/; "                                                         \
    "s/^0*\\([0-9a-f]\\{8,\\}\\)-0*\\([0-9a-f]\\{8,\\}\\)"                                         \
    " /\\1-\\2 /' >ours; diff kernel ours && "                                                     \
    "jq -c '.process.bits, .sums.mapped_bytes + .sums.free_bytes == .sums.address_space_bytes, "   \
    "([.mappings[].size_bytes] | add) == .sums.mapped_bytes, "                                     \
    "([.mappings[].resident_bytes] | add) == .sums.resident_bytes' j | tr '\\n' ' '"

START_TEST(figures_are_the_kernels_and_total_to_the_address_space)
{
    expect(WITH("guarded-thread", SAME_FIGURES), 0, "64 true true true ", "");
}
END_TEST

START_TEST(figures_of_python_are_the_kernels)
{
    if (!program_exists("python3"))
        SKIP("no python3");
    expect(">ready; mkfifo in; python3 -c 'import json, threading; print(\"ready\", flush=True); "
           "input()' "
           "<in >ready & p=$!; exec 5>in; until grep -q ready ready; do sleep 0.01; "
           "done; " SAME_FIGURES "; echo >&5; wait $p",
           0, "64 true true true ", "");
}
END_TEST

START_TEST(figures_of_32_bits_are_the_kernels)
{
    if (!can(IN_32_BITS))
        SKIP("no 32-bit compiler");
    expect(IN_32_BITS WITH("guarded-thread", SAME_FIGURES), 0, "32 true true true ", "");
}
END_TEST

START_TEST(the_picture_keeps_to_its_columns_and_folds)
{
    expect(
        WITH("mappings 60000",
             "for c in 80 140; do COLUMNS=$c LC_ALL=C $M layout $p | "
             "awk '{ if (length($0) > '$c') bad++; n++ } END { print bad + 0, (n < 80) }'; done; "
             "$M layout --all $p | wc -l | awk '{ print ($1 > 60000) }'"),
        0, "0 1\n0 1\n1\n", "");
}
END_TEST

START_TEST(a_name_steers_no_terminal)
{
    expect(
        "touch \"$(printf 'a\\033[31mb')\"; " WITH(
            "evil-name \"$PWD/$(printf 'a\\033[31mb')\"",
            "$M layout --all --svg=s --json=j $p >out; cat out s | grep -c \"$(printf '\\033')\"; "
            "grep -c 'a.x1b\\[31mb' out; jq -r '.mappings[].name' j | grep -c 31mb"),
        0, "0\n1\n1\n", "");
}
END_TEST

START_TEST(a_program_is_looked_at_in_its_moment)
{
    expect("for at in start main exit peak; do $M layout --at=$at sh -c 'echo hi' >out; "
           "head -1 out | grep -o 'before its first instruction\\|at main\\|at its [a-z]*\\|^hi'; "
           "grep -c '^hi' out; done",
           0, "before its first instruction\n0\nat main\n0\nhi\n1\nhi\n1\n", NULL);
    expect("$M layout --at=exit sh -c 'echo hi >&2' | head -1 | grep -o 'at its end'", 0,
           "at its end\n", "hi\n");
}
END_TEST

START_TEST(the_peak_is_the_most_that_there_was)
{
    if (!program_exists("python3"))
        SKIP("no python3");
    expect("p='x = bytearray(300000000); x = 0; y = bytearray(1000000)'; "
           "for at in peak exit; do $M layout -q --json=j --at=$at python3 -c \"$p\" >/dev/null; "
           "jq '.sums.writable_bytes > 300000000' j; done",
           0, "true\nfalse\n", "");
}
END_TEST

START_TEST(a_refusal_by_the_budget_is_a_moment)
{
    expect("$M layout -l 1M --at=refusal $V/process_takes_32_mib | head -1 | grep -o "
           "'where its budget refused'",
           0, "where its budget refused\n", NULL);
    expect("$M layout --at=refusal $V/process_takes_32_mib", 125, NULL,
           "ended with status 0 and was refused nothing\n");
}
END_TEST

START_TEST(a_refusal_by_the_kernel_is_a_moment)
{
    expect("ulimit -v 30000; $M layout --at=refusal $V/process_takes_32_mib | grep -o "
           "'where the kernel refused [a-z]*\\|RLIMIT_AS'",
           0, "where the kernel refused mmap\nRLIMIT_AS\n", NULL);
}
END_TEST

/* Runs `script` with $p, a process under a run with known mappings. */
#define UNDER_A_RUN(options, script)                                                               \
    "head -c 1048576 /dev/zero >file; mkfifo in; $M run " options                                  \
    " $V/layout_has_a_mapping_of_each_rule file <in >ready & exec 5>in; "                          \
    "until grep -q . ready; do sleep 0.01; done; p=$(cat ready); " script "; exec 5>&-; wait"

START_TEST(under_a_run_each_region_says_what_is_charged_of_it)
{
    expect(UNDER_A_RUN("-l 64M",
                       "$M layout -q --json=j $p >/dev/null; "
                       "jq -c '.budget | [.limit_bytes, .used_bytes - 13 * 1048576, .refusals, "
                       ".tree_limit_bytes, .doubt]' j; jq -r '.mappings[] | "
                       "select(.start | startswith(\"0x1000\") or startswith(\"0x1001\")) | "
                       "\"\\(.start) \\(.size_bytes / 1048576) \\(.charge) \\(.charge_rule)\"' j; "
                       "jq -c '([.charges[].size_bytes] | add) == .sums.mapped_bytes, "
                       "([.charges[].resident_bytes] | add) == .sums.resident_bytes' j"),
           0,
           "[67108864,1000,0,null,null]\n"
           "0x100000000000 8 part mapped\n"
           "0x100040000000 4 whole shared\n"
           "0x100080000000 1 whole file-copy\n"
           "0x1000c0000000 16 no no-access\n"
           "0x100100000000 2 no not-writable\n"
           "0x100140000000 1 no shared-file\n"
           "true\ntrue\n",
           NULL);
}
END_TEST

START_TEST(under_a_run_the_picture_has_the_librarys_figures)
{
    expect(UNDER_A_RUN("-l 64M", "$M layout $p >out; grep '^budget' out; "
                                 "grep -E '^ +(4|1).0 MiB whole' out; grep -c shared-file out; "
                                 "COLUMNS=120 $M layout --all $p | grep -c 'rw-s whole'"),
           0,
           "budget: 64.0 MiB, 13.0 MiB are charged by the process's word, 13.0 MiB at most\n"
           "   4.0 MiB whole  shared       shared and of no file\n"
           "   1.0 MiB whole  file-copy    its own copy of a file\n"
           "1\n1\n",
           NULL);
    expect(UNDER_A_RUN("--scope=tree -l 64M",
                       "$M layout -q --json=j $p >/dev/null; "
                       "jq -c '.budget | [.limit_bytes, .tree_limit_bytes]' j"),
           0, "[null,67108864]\n", NULL);
}
END_TEST

START_TEST(the_svg_has_the_librarys_figures)
{
    expect(UNDER_A_RUN("-l 64M", "$M layout -q --svg=s $p >/dev/null; grep -c '>budget: 64.0 MiB, "
                                 "13.0 MiB are charged by' s; grep -c '> *4.0 MiB whole  shared ' "
                                 "s"),
           0, "1\n1\n", NULL);
}
END_TEST

START_TEST(the_limit_of_now_is_told_and_not_that_of_the_environment)
{
    expect(UNDER_A_RUN("-l 64M", "$M set $p 32M >/dev/null; "
                                 "$M layout -q --json=j $p >/dev/null; "
                                 "jq '.budget.limit_bytes' j"),
           0, "33554432\n", NULL);
    expect(WITH("nothing", "$M layout -q --json=j $p >/dev/null; "
                           "jq -c '[.budget, .charges, .mappings[0].charge]' j"),
           0, "[null,[],null]\n", "");
}
END_TEST

START_TEST(a_run_writes_the_layout_of_its_first_refusal)
{
    expect("mkfifo in; $M run -q -l 8M --layout=j.json $V/outside_does_as_told <in >said & "
           "exec 5>in; echo take 1000 >&5; echo take 9000000 >&5; "
           "until [ $(grep -c . said) = 2 ]; do sleep 0.01; done; sleep 0.2; exec 5>&-; wait; "
           "cat said; jq -r '.process.program, (.process.moment | sub(\"[0-9]+\"; \"N\")), "
           ".budget.limit_bytes, .budget.refusals' j.json",
           0, "ok\nrefused\noutside_does_as_told\nN ms after its first refusal\n8388608\n1\n", "");
}
END_TEST

START_TEST(a_run_writes_the_layout_of_what_the_kernel_refused)
{
    expect("$M run -q -l 64M --layout=l $V/layout_brk_waits_when_boxed_in 1000; "
           "sed -n '1s/.*) \\(.*\\): .*/\\1/p' l; grep -o '^fault boxed-heap' l",
           0,
           "after the kernel refused sbrk\n"
           "fault boxed-heap\n",
           "the kernel refused 1 allocation (sbrk of 64.0 KiB; ");
}
END_TEST

START_TEST(a_run_without_a_refusal_writes_the_last_layout)
{
    expect("$M run -q -l 64M --layout=l sleep 0.3; sed -n '1s/[0-9][0-9]*/N/gp' l; "
           "grep -o '^budget: 64.0 MiB' l; grep -o '^no faults' l",
           0,
           "sleep (process N) N ms before its end: N bits, N thread, N mappings\n"
           "budget: 64.0 MiB\nno faults\n",
           "");
    expect("$M run -q --layout=l.svg sleep 0.2; grep -o '<svg' l.svg", 0, "<svg\n", "");
}
END_TEST

START_TEST(a_layout_that_nobody_saw_is_said_in_its_file)
{
    expect("$M run -q --layout=l ./gone; cat l; $M run -q --layout=l.json ./gone; "
           "jq -r '.process, .missing' l.json",
           0,
           "gone: no address space was seen: it did not run, or not long enough\n"
           "null\nno address space was seen: it did not run, or not long enough\n",
           NULL);
    expect("$M run -q --layout=l -- sh -c 'kill -9 $$'; [ -s l ]", 0, "", NULL);
}
END_TEST

START_TEST(a_failure_of_the_kernels_has_the_layouts_reason)
{
    expect("$M -l 64M $V/layout_brk_waits_when_boxed_in 500", 1, "",
           "the kernel refused 1 allocation (sbrk of 64.0 KiB; its own limits, not the budget: the "
           "heap is boxed in by mapped memory, ");
}
END_TEST

/* Nobody else could look in time. */
START_TEST(the_reason_is_there_though_the_program_is_gone)
{
    expect("for i in 1 2 3 4 5; do $M -l 64M --json=j $V/layout_brk_waits_when_boxed_in 0 2>&1 | "
           "grep -o 'sbrk of 64.0 KiB; .*'; "
           "jq -r '.processes[0].failed_by_kernel.reason' j; done | sort | uniq -c",
           0,
           "      5 sbrk of 64.0 KiB; its own limits, not the budget: the heap is boxed in by "
           "mapped memory, 4.0 KiB above the break)\n"
           "      5 the heap is boxed in by mapped memory, 4.0 KiB above the break\n",
           "");
    expect("cp /bin/true \"$(printf 'in\\033way')\"; "
           "$M -l 64M $V/layout_brk_allocator_is_boxed_in \"$(printf 'in\\033way')\"; true",
           0, "", "the heap is boxed in by in\\x1bway, 4.0 KiB above the break)");
}
END_TEST

START_TEST(the_reason_crosses_runs)
{
    expect("$M -l 64M --json=j $M -q -l 32M $V/layout_brk_waits_when_boxed_in 0; "
           "jq -r '.processes[] | select(.of_run_within) | .failed_by_kernel.reason' j",
           0, "the heap is boxed in by mapped memory, 4.0 KiB above the break\n", NULL);
}
END_TEST

START_TEST(a_limit_of_the_kernels_is_the_reason)
{
    expect("$M -l 64M sh -c 'ulimit -d 20000; exec $V/process_takes_32_mib'", 0, "refused\n",
           "its own limits, not the budget: RLIMIT_DATA (ulimit -d): ");
    expect("$M -l 64M sh -c 'ulimit -v 35000; exec $V/process_takes_32_mib'", 0, "refused\n",
           "its own limits, not the budget: RLIMIT_AS (ulimit -v): ");
    expect("$M -l 1G $V/layout_limits_itself_and_takes_all data", 1, "",
           "its own limits, not the budget: RLIMIT_DATA (ulimit -d): ");
    expect("$M -l 1G $V/layout_limits_itself_and_takes_all addresses", 1, "",
           "its own limits, not the budget: RLIMIT_AS (ulimit -v): ");
}
END_TEST

START_TEST(a_reservation_that_the_kernel_refuses_has_a_reason)
{
    expect("$M -l 1G $V/layout_limits_itself_and_takes_all reserves", 1, "",
           "the kernel refused 1 allocation (mmap of 512.0 MiB; its own limits, not the budget: "
           "RLIMIT_AS (ulimit -v): ");
    expect("$M -l 1G $V/layout_limits_itself_and_takes_all probes", 1, "", "");
}
END_TEST

START_TEST(a_full_table_of_mappings_is_the_reason)
{
    if (shell("[ $(cat /proc/sys/vm/max_map_count) -le 70000 ]")->status != 0)
        SKIP("vm.max_map_count is too high to be met");
    expect("$M -l 1G $V/layout_has_the_fault_it_is_told all-mappings", 1, "",
           " mappings of at most ");
}
END_TEST

START_TEST(what_cannot_be_looked_at_is_said)
{
    expect("$M layout 999999999", 125, "", "there is no process 999999999\n");
    expect("$M layout ./not-there", 127, "",
           "./not-there: cannot run: No such file or directory\n");
    expect("touch x; $M layout ./x", 126, "", "cannot run: Permission denied\n");
    expect("$M layout --at=never true", 125, "", "accepted: start|main|exit|refusal|peak");
    expect("$M layout 1 2", 125, "", "accepted: one process ID");
    expect("$M layout --at=exit $$", 125, "", "--at: is for a program that is started");
    expect("$M layout -l 1M $$", 125, "", "--limit: is for a program that is started");
    expect("$M layout --watch true", 125, "", "accepted: a process ID");
    expect("$M layout --svg=/dev/full true", 125, NULL, "/dev/full: No space left on device\n");
}
END_TEST

START_TEST(a_watch_marks_what_changed)
{
    expect("mkfifo in; $V/outside_does_as_told <in >said & p=$!; exec 5>in; "
           "$M layout --watch=50ms $p >out 5>&- & w=$!; "
           "until grep -qs '^no faults' out; do sleep 0.01; done; echo take 9000000 >&5; "
           "until grep -q 'new: \\|: +\\|+8.5 MiB' out; do sleep 0.01; done; exec 5>&-; wait $w; "
           "echo $?",
           0, "0\n", "");
}
END_TEST

/* Every frame begins where the screen does. */
START_TEST(a_watch_stays_within_its_screen)
{
    if (!program_exists("script"))
        SKIP("no script");
    expect(WITH("unguarded-thread",
                "{ until grep -q 'fault no-stack' log 2>/dev/null; do sleep 0.01; done; echo q; } "
                "| script -qefc \"stty rows 20 cols 80; TERM=xterm $M layout --all --watch=50ms "
                "$p\" log >/dev/null; tr '\\n' '~' <log | sed 's/\\x1b\\[H/\\n/g' | "
                "sed '1d; s/\\x1b\\[?.*//' | awk '{ seen = $0 ~ /fault no-stack-guard/; "
                "cut = $0 ~ / more lines: the terminal is too low/; lines = gsub(\"~\", \"\"); "
                "if (lines >= 20 || !seen || !cut) bad++ } END { print bad + 0, (NR > 0) }'"),
           0, "0 1\n", "");
}
END_TEST

START_TEST(a_watch_that_cannot_draw_says_so_in_its_own_name)
{
    if (!program_exists("script"))
        SKIP("no script");
    expect("script -qec \"TERM=dumb $M layout --watch $$\" log </dev/null | tr -d '\\r' | "
           "grep -o 'layout: a terminal is needed'",
           0, "layout: a terminal is needed\n", "");
}
END_TEST

START_TEST(the_svg_is_xml_for_light_and_dark)
{
    if (!program_exists("xmllint"))
        SKIP("no xmllint");
    expect("$M layout --svg=s.svg --at=exit cat /dev/null >/dev/null && xmllint --noout s.svg && "
           "grep -c 'prefers-color-scheme: dark' s.svg; $M layout --svg=- cat | xmllint --noout -",
           0, "1\n", "");
}
END_TEST

Suite *suite_layout(void)
{
    Suite *suite = suite_create("layout");
    command_add(suite, a_boxed_in_heap_kills_an_allocator_on_brk_and_is_named);
    command_add(suite, a_heap_that_is_about_to_be_boxed_in_has_its_bytes_left);
    command_add(suite, a_heap_is_boxed_in_by_as_much_as_one_says);
#define ADD(name, how, status, found) command_add(suite, name);
    FAULTS(ADD)
    command_add(suite, each_part_of_an_address_space_is_drawn);
    command_add(suite, what_ends_a_stack_is_drawn);
    command_add(suite, code_whose_file_is_gone_is_a_fault);
    command_add(suite, an_executable_stack_is_a_fault);
    command_add(suite, a_limit_that_is_far_off_is_a_note);
    command_add(suite, the_legacy_layout_is_a_fault_with_its_cause);
    command_add(suite, addresses_that_are_not_random_are_a_fault);
    command_add(suite, few_addresses_are_a_fault);
    command_add(suite, addresses_in_pieces_are_a_fault);
    TCase *programs = tcase_create("a_healthy_program_has_no_fault");
    tcase_set_timeout(programs, RUN_SECONDS + 10);
    tcase_add_loop_test(programs, a_healthy_program_has_no_fault, 0,
                        sizeof healthy / sizeof healthy[0]);
    suite_add_tcase(suite, programs);
    command_add(suite, figures_are_the_kernels_and_total_to_the_address_space);
    command_add(suite, figures_of_python_are_the_kernels);
    command_add(suite, figures_of_32_bits_are_the_kernels);
    command_add(suite, the_picture_keeps_to_its_columns_and_folds);
    command_add(suite, a_name_steers_no_terminal);
    command_add(suite, a_program_is_looked_at_in_its_moment);
    command_add(suite, the_peak_is_the_most_that_there_was);
    command_add(suite, a_refusal_by_the_budget_is_a_moment);
    command_add(suite, a_refusal_by_the_kernel_is_a_moment);
    command_add(suite, under_a_run_each_region_says_what_is_charged_of_it);
    command_add(suite, under_a_run_the_picture_has_the_librarys_figures);
    command_add(suite, the_svg_has_the_librarys_figures);
    command_add(suite, the_limit_of_now_is_told_and_not_that_of_the_environment);
    command_add(suite, a_run_writes_the_layout_of_its_first_refusal);
    command_add(suite, a_run_writes_the_layout_of_what_the_kernel_refused);
    command_add(suite, a_run_without_a_refusal_writes_the_last_layout);
    command_add(suite, a_layout_that_nobody_saw_is_said_in_its_file);
    command_add(suite, a_failure_of_the_kernels_has_the_layouts_reason);
    command_add(suite, the_reason_is_there_though_the_program_is_gone);
    command_add(suite, the_reason_crosses_runs);
    command_add(suite, a_limit_of_the_kernels_is_the_reason);
    command_add(suite, a_reservation_that_the_kernel_refuses_has_a_reason);
    command_add(suite, a_full_table_of_mappings_is_the_reason);
    command_add(suite, what_cannot_be_looked_at_is_said);
    command_add(suite, a_watch_marks_what_changed);
    command_add(suite, a_watch_stays_within_its_screen);
    command_add(suite, a_watch_that_cannot_draw_says_so_in_its_own_name);
    command_add(suite, the_svg_is_xml_for_light_and_dark);
    return suite;
}
