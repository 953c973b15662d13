#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What the library adds, in instructions, as callgrind counts them: the same in every run, whatever
# the clock says. Each row of tests/instructions.txt is a budget; more than 3 % above it is a failure.
# The numbers are those of one compiler and C library, which the table names. From the environment:
# BUILD. With "measured", prints the table anew instead.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/results.sh
. tests/results.sh
BUILD=${BUILD:-build}
build=$(cd "$BUILD" && pwd) || exit 1
table=tests/instructions.txt
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

machine() { echo "$(uname -m), gcc $(gcc -dumpversion), glibc $(getconf GNU_LIBC_VERSION | cut -d' ' -f2)"; }

# Instructions of one run; its first argument may be -u: under the library.
instructions() {
    local settings=()
    if [ "$1" = -u ]; then
        settings=("LD_PRELOAD=$build/libmemrestrict.so" MEMRESTRICT_LIMIT=1T)
        shift
    fi
    env -i "${settings[@]}" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# What the library adds to a run; nothing, and a bad status, if either was not counted.
added() {
    local with bare
    with=$(instructions -u "$@") bare=$(instructions "$@")
    [ -n "$with" ] && [ -n "$bare" ] && echo $((with - bare))
}

# What it adds to each step of a program whose last argument is their number.
added_each() {
    local many few
    many=$(added "$@" 11000) && few=$(added "$@" 1000) && echo $(((many - few) / 10000))
}

measure() {
    case $1 in
    pair) added_each "$build/bench/pairs" ;;
    live-step) added_each "$build/bench/live" 1 2000 ;;
    thread-step) added_each "$build/bench/live" 2 2000 ;;
    realloc) added_each "$build/bench/realloc" ;;
    pair-in-a-scope) added_each "$build/bench/scopes" pairs ;;
    pair-in-two-scopes) added_each "$build/bench/scopes" nested ;;
    scope) added_each "$build/bench/scopes" push ;;
    start-up) added "$build/bench/startup" ;;
    *) return 1 ;;
    esac
}

# valgrind counts a start without what it cannot preload.
for file in libmemrestrict.so bench/pairs bench/live bench/realloc bench/scopes bench/startup; do
    [ -e "$build/$file" ] && continue
    result "$file is there" "$BUILD/$file is missing: make lib bench-programs"
done
[ "$failed" = 0 ] || { print_results; exit 1; }

if [ "${1:-}" = measured ]; then
    echo "# $(machine)"
    grep -v '^#' "$table" | while read -r name _; do echo "$name $(measure "$name")"; done
    exit
fi

command -v valgrind >/dev/null || { echo "SKIP instruction counts: package valgrind"; exit 0; }
if [ "$(machine)" != "$(sed -n '1s/^# //p' "$table")" ]; then
    echo "SKIP instruction counts: the table is of another machine than $(machine)"
    exit 0
fi

while read -r name budget; do
    count=$(measure "$name")
    complaint=
    if [ -z "$count" ]; then
        complaint="nothing was counted"
    elif [ $((count * 100)) -gt $((budget * 103)) ]; then
        complaint="$count instructions, of a budget of $budget"
    elif [ $((count * 103)) -lt $((budget * 100)) ]; then
        echo "$name takes $count instructions now: its budget of $budget could be lower"
    fi
    result "$name" "$complaint"
done < <(grep -v '^#' "$table")

# A journal of so many records, each of a site and a finding of its own.
journal() {
    echo '{"schema":"memrestrict-sweep-journal","version":1,"argv":["true"],"input":null,"build":"1",' \
        "\"options\":\"\",\"tried\":\"modes=once depth=16\",\"shard\":null,\"sites\":$1,\"notes\":[]}"
    seq "$1" | awk '{ printf "{\"plan\":\"site=%016x,once\",\"site\":\"%016x\",\"call\":\"malloc\"," \
        "\"size_bytes\":8,\"outcome\":\"swallowed\",\"exit_status\":0,\"signal\":0,\"time_ns\":1," \
        "\"place\":\"f%d (a.c:1)\",\"key\":\"swallowed:f%d@a.c\",\"file\":\"a.c\",\"line\":1," \
        "\"object\":\"a\",\"origin\":\"f%d (a.c:1)\",\"stack\":[],\"caller\":[],\"met\":[]," \
        "\"kept\":null,\"detail\":\"\"}\n", $1, $1, $1, $1, $1 }'
    echo '{"finished":true,"time_ns":1}'
}

# Ten times the records are ten times the work.
if [ -n "${TEST_LONG:-}" ]; then
    for count in 2000 20000; do journal "$count" >"$work/$count"; done
    merged=$("$build/memrestrict" merge "$work/20000" | tail -n 1)
    few=$(instructions "$build/memrestrict" merge -q "$work/2000")
    many=$(instructions "$build/memrestrict" merge -q "$work/20000")
    complaint=
    if [[ $merged != *"20000 findings (20000 swallowed) in 20000 trials"* ]]; then
        complaint="it says: $merged"
    elif [ -z "$few" ] || [ -z "$many" ] || [ "$many" -gt $((few * 11)) ]; then
        complaint="2,000 take $few instructions, 20,000 take $many"
    fi
    result "a journal's record costs as much among 20,000 as among 2,000" "$complaint"
fi
print_results
