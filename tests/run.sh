#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs the tests and sums up: run.sh [quick|short|long]. From the environment: MAKE, BUILD.
# Each step is a function below; it prints what it found, and is counted by what its runner says. How
# long each took, what failed and what was skipped is said at the end, before the last line, which has
# the sums. "quick" is for between two edits; "long" has what "short" has, and more of it: TEST_LONG is
# set for it. Two lanes of steps go on side by side, one of them the tests of the core alone.
set -u
cd "$(dirname "$0")/.." || exit 1
MAKE=${MAKE:-make}
BUILD=${BUILD:-build}
jobs=$(nproc)
unset COLUMNS NO_COLOR LANGUAGE
notes=$(mktemp -d) || exit 1
trap 'rm -rf "$notes"' EXIT
touch "$notes/failed" "$notes/skipped" "$notes/times" "$notes/counts"

build() { $MAKE --no-print-directory -s -j "$jobs" "$@"; }
have() { command -v "$1" >/dev/null 2>&1; }

# What a step printed, in numbers: libcheck's closing lines, our own, or else its exit status. Its own
# status says if nothing failed.
count() {
    local log=$1 status=$2 checks=0 bad=0 line ours=0 libcheck=0 skipped=0
    while read -r line; do
        if [[ $line =~ ^[0-9]+%:\ Checks:\ ([0-9]+),\ Failures:\ ([0-9]+),\ Errors:\ ([0-9]+) ]]; then
            checks=$((checks + BASH_REMATCH[1]))
            bad=$((bad + BASH_REMATCH[2] + BASH_REMATCH[3]))
            libcheck=1
        elif [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
            checks=$((checks + BASH_REMATCH[1] + BASH_REMATCH[2]))
            bad=$((bad + BASH_REMATCH[2]))
            skipped=$((skipped + BASH_REMATCH[3]))
        elif [[ $line == SKIP* ]]; then
            ours=$((ours + 1))
        fi
    done <"$log"
    if ((libcheck)); then checks=$((checks - ours)); fi # it counts what was skipped as checked
    skipped=$((skipped + ours))
    if ((checks <= 0 && ours == 0)); then checks=1; fi
    if ((status != 0 && bad == 0)); then bad=1; fi
    echo "$((checks - bad)) $bad $skipped" >>"$notes/counts"
    ((bad == 0))
}

sum_of() { awk -v column="$1" '{ sum += $column } END { print sum + 0 }' "$notes/counts"; }

# Each failure with some lines of what it says; of a step that names none, how it ended.
note_failures() { # NAME LOG STATUS
    local failure='^[^ :]+:[0-9]+:[FE]:|^not ok' tool='Sanitizer:|runtime error:|^==[0-9]+== [A-Z]'
    if grep -qaE "$failure" "$2"; then
        grep -aE -A 5 --no-group-separator "$failure" "$2" | cut -c -700 |
            awk -v name="$1" -v failure="$failure" '
                $0 ~ failure { print name ": " $0; said = 0; next }
                /^[0-9]+%: Checks:|^ok |^[0-9]+ passed,/ { said = 5 }
                said++ < 5 { print "    " $0 }'
        grep -aE "$tool" "$2" | head -n 5 | cut -c -400 | sed 's/^/    /'
    else
        echo "$1: status $3; its last lines:"
        tail -n 15 "$2" | cut -c -400 | sed 's/^/    /'
    fi >>"$notes/failed"
}

step() {
    local name=$1 log=$notes/log.$BASHPID status began=$SECONDS took
    shift
    printf -- '--- %s\n' "$name"
    "$@" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    took=$((SECONDS - began))
    echo "$took $name" >>"$notes/times"
    printf -- '    %d seconds: %s\n' "$took" "$name"
    count "$log" "$status" || note_failures "$name" "$log" "$status"
    grep -aE '^SKIP|^ok .* # SKIP' "$log" | cut -c -200 | sed "s/^/$name: /" >>"$notes/skipped"
}

say_times() {
    echo "Time:"
    sort -srn -k 1,1 "$notes/times" | awk '
        function line(seconds, name) { printf "%5d:%02d  %s\n", seconds / 60, seconds % 60, name }
        { seconds = $1; sub(/^[0-9]+ /, ""); sum += seconds; line(seconds, $0) }
        END { line(sum, "all of " NR " steps, one after another") }'
    printf '%5d:%02d  by the clock\n' $((SECONDS / 60)) $((SECONDS % 60))
}

# Where much failed, only the names: the end of the output may be all that there is to see.
say_again() {
    [ ! -s "$notes/skipped" ] || { echo "Skipped:" && cat "$notes/skipped"; }
    [ -s "$notes/failed" ] || return 0
    echo "Failed:"
    if [ "$(wc -l <"$notes/failed")" -le 14 ]; then
        cat "$notes/failed"
    else
        grep -v '^    ' "$notes/failed"
    fi
}

# Under a tool that makes all slow, a tenth of the rounds.
unit() { build unit BUILD="$BUILD" && "$BUILD/tests/unit"; }

unit_asan() {
    build unit BUILD="$BUILD/asan" CPPFLAGS=-DMEMRESTRICT_DEBUG \
        CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' &&
        ASAN_OPTIONS=detect_leaks=0 "$BUILD/asan/tests/unit" # the core calls no malloc
}

unit_tsan() {
    build unit BUILD="$BUILD/tsan" CFLAGS='-O1 -g -fsanitize=thread' &&
        UNIT_PART=10 TSAN_OPTIONS=halt_on_error=1 "$BUILD/tsan/tests/unit"
}

unit_clang() {
    have clang || { echo "SKIP unit tests built by clang: package clang"; return; }
    build unit BUILD="$BUILD/clang" CC=clang && "$BUILD/clang/tests/unit"
}

unit_valgrind() {
    have valgrind || { echo "SKIP unit tests under memcheck: package valgrind"; return; }
    # Without fair turns, a thread that spins keeps the others waiting for minutes.
    build unit BUILD="$BUILD" &&
        UNIT_PART=10 CK_FORK=yes valgrind -q --fair-sched=try --leak-check=no --error-exitcode=9 --trace-children=no \
            --suppressions=tests/memcheck.supp "$BUILD/tests/unit"
}

# The driver is always of this machine's own kind; the victims are what BUILD has. With names, those
# suites alone.
run_driver() {
    local of=$1 suite status=0
    shift
    build driver BUILD="$BUILD" || return
    if [ $# = 0 ]; then
        env BUILD="$of" "$BUILD/tests/driver"
        return
    fi
    for suite in "$@"; do
        env BUILD="$of" CK_RUN_SUITE="$suite" "$BUILD/tests/driver" || status=1
    done
    return $status
}

victims() { # [SUITE...]
    build lib command victims examples BUILD="$BUILD" && run_driver "$BUILD" "$@"
}

# The same victims as 32-bit programs, under the library of that kind. The other suites need other
# libraries of that kind: allocators, or what they build themselves.
victims_32() {
    echo 'int main() { return 0; }' | ${CXX:-c++} -m32 -x c++ - -o /dev/null 2>/dev/null ||
        { echo "SKIP 32-bit victims: packages gcc-multilib and g++-multilib"; return; }
    build lib victims examples BUILD="$BUILD/32" CC='cc -m32' CXX='c++ -m32' &&
        run_driver "$BUILD/32" heap map settings fault
}

# The library as one that stops at undefined behaviour, without a run-time library of its own.
victims_ubsan() {
    local name
    build lib BUILD="$BUILD/ubsan" CFLAGS='-O1 -g -fsanitize=undefined -fsanitize-undefined-trap-on-error' || return
    for name in victims examples; do ln -sfn "../$name" "$BUILD/ubsan/$name"; done
    run_driver "$BUILD/ubsan" heap map settings fault
}

fuzz() { # SECONDS
    have clang || { echo "SKIP fuzzing: package clang"; return; }
    build fuzz BUILD="$BUILD" || return
    local target bad=0 done=0 seed seeds
    for target in "$BUILD"/fuzz/*; do
        seeds=tests/fuzz/seeds/${target##*/}
        for seed in "$seeds"/*; do # what each reader takes: all of it is reached
            if [ -e "$seed" ] && ! FUZZ_TAKEN=1 "$target" "$seed" >/dev/null 2>&1; then
                echo "not ok - nothing takes $seed"
                bad=$((bad + 1))
            fi
        done
        echo "$target for $1 seconds"
        mkdir -p "$notes/corpus/${target##*/}"
        [ -d "$seeds" ] || seeds=
        if "$target" -max_total_time="$1" -print_final_stats=0 -verbosity=0 \
            -artifact_prefix="$BUILD/" "$notes/corpus/${target##*/}" ${seeds:+"$seeds"}; then
            done=$((done + 1))
        else
            bad=$((bad + 1))
        fi
    done
    echo "$done passed, $bad failed, 0 skipped"
}

# The command as its users run it.
command_tests() { build lib command victims command-tests BUILD="$BUILD" && env BUILD="$BUILD" "$BUILD/tests/command"; }

# Programs that write over what they share with the command.
hostile() { build lib victims BUILD="$BUILD" && MAKE=$MAKE BUILD=$BUILD tests/hostile.sh "$@"; }

# What the command makes of outcomes made by hand, which its tests do not free.
formats() {
    build formats BUILD="$BUILD/asan" CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' &&
        ASAN_OPTIONS=detect_leaks=0 "$BUILD/asan/tests/formats"
}

formats_plain() { build formats BUILD="$BUILD" && "$BUILD/tests/formats"; }

# What stands around the command: these scripts look at what was built.
around() {
    build lib command examples BUILD="$BUILD" && build "$BUILD/victims/outside_does_as_told" BUILD="$BUILD" &&
        MAKE=$MAKE BUILD=$BUILD "$@"
}

instructions() { build lib bench-programs BUILD="$BUILD" && env BUILD="$BUILD" tests/instructions.sh; }

scripts() {
    have shellcheck || { echo "SKIP shellcheck: package shellcheck"; return; }
    shellcheck -x tests/*.sh tests/*/*.sh examples/*.sh examples/*/*.sh bench/*.sh .ci/run \
        memrestrict/completions/*.bash
}

# What reads the sources alone: an answer in seconds.
of_the_sources() {
    step "the rules of the source" tests/source.sh
    step "layers and wings" tests/layers.sh
    step "the format of the sources" tests/format.sh
}

quick() {
    of_the_sources
    step "unit tests" unit
    step "victims under the library, the main suites" victims heap map settings fault
    step "verdicts, reports and plots" formats_plain
}

# What is built for several steps, at once and before: then two steps may go on side by side.
prepare() {
    build lib command unit formats driver victims examples command-tests bench-programs BUILD="$BUILD" &&
        { ! have clang || build fuzz BUILD="$BUILD"; } && build "$BUILD/victims/outside_does_as_told" BUILD="$BUILD"
}

# The core by itself, where only the processor has to wait.
core_lane() {
    step "unit tests" unit
    step "unit tests under ASan and UBSan" unit_asan
    step "verdicts, reports and plots" formats
    step "unit tests under TSan" unit_tsan
    step "unit tests under memcheck" unit_valgrind
    step "fuzzing" fuzz "${FUZZ_SECONDS:-20}"
    step "the model of stocks" tests/model.sh
}

# The real programs once more, limited from outside; in a short run some of them.
by_ptrace() {
    local pattern='*'
    [ "$1" = long ] || pattern='@(bash|sort|gcc)'
    ENGINE=ptrace tests/programs/programs.sh "$BUILD" "$1" "$pattern"
}

# The library and the command in programs.
program_lane() {
    step "victims under the library" victims
    step "32-bit victims" victims_32
    step "the command" command_tests
    step "hostile programs" hostile 1 "${HOSTILE_SEEDS:-100}"
    step "hardening" around tests/hardening.sh
    step "runs seen from outside" around tests/outside.sh
    step "man pages, help and settings" around tests/docs.sh
    step "what coverage.md shows" around tests/coverage_docs.sh
    step "completions" tests/completions.sh
    step "apt's lock" tests/apt_lock.sh
    step "installation" around tests/install.sh
    step "others' test suites are compared" around tests/suites_self.sh
    step "recipes" around tests/recipes.sh
    step "real programs" tests/programs/programs.sh "$BUILD" "$1"
    step "real programs under ptrace" by_ptrace "$1"
}

short() { # [short|long], of the real programs
    of_the_sources
    step "shell scripts" scripts
    step "what is built" prepare
    core_lane >"$notes/core" 2>&1 &
    program_lane "${1:-short}"
    wait $!
    cat "$notes/core"
    step "instruction counts" instructions
    step "the benchmark" around tests/bench.sh
}

long() {
    export TEST_LONG=1
    FUZZ_SECONDS=${FUZZ_SECONDS:-120}
    HOSTILE_SEEDS=${HOSTILE_SEEDS:-3000}
    short long
    step "leaks beside valgrind and LeakSanitizer" tests/leaks.sh
    step "unit tests built by clang" unit_clang
    step "victims under the library built with UBSan" victims_ubsan
    step "two sweeps of one program" around tests/sweep_twice.sh
    step "clang-tidy" tests/tidy.sh
    step "the Debian package" tests/package.sh
}

case ${1:-short} in
quick | short | long) "${1:-short}" ;;
*)
    echo "usage: $0 [quick|short|long]" >&2
    exit 2
    ;;
esac

echo
say_times
say_again
failed=$(sum_of 2)
echo "$(sum_of 1) passed, $failed failed, $(sum_of 3) skipped"
[ "$failed" = 0 ]
