#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Test programs of others, built already, end and say under the library what they do without it:
# suites.sh [-t SECONDS] [-j JOBS] [-x FILE] FOLDER. From the environment: BUILD.
# Each program below FOLDER runs alone in an empty folder of its own: bare, preloaded with a limit
# that nothing reaches, and by `memrestrict run`. Exit status and result lines are compared. What
# differs runs once more each way: only what differs again, each way as it was, is a difference; the
# rest is flaky. FILE has names (the last part of a path, or some of the last
# parts) of programs to leave out, one a line. Status 0: no difference.
set -u
usage() {
    echo "usage: $0 [-t SECONDS] [-j JOBS] [-x FILE] FOLDER" >&2
    exit 2
}
seconds=20 jobs=1 without=/dev/null
while getopts t:j:x: option; do
    case $option in
    t) seconds=$OPTARG ;;
    j) jobs=$OPTARG ;;
    x) without=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || usage
programs=$(cd "$1" && pwd) && without=$(realpath "$without") || exit 2
BUILD=$(cd "${BUILD:-$(dirname "$0")/../build}" && pwd) || exit 2
for made in memrestrict libmemrestrict.so; do
    [ -e "$BUILD/$made" ] || { echo "suites.sh: $BUILD/$made is missing: make" >&2; exit 2; }
done
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
export programs BUILD scratch seconds LC_ALL=C
unset "${!MEMRESTRICT_@}" LD_PRELOAD

# Lines that say how a test went. Numbers are times, addresses and processes, but in sums.
results() {
    grep -aE '\b(TPASS|TFAIL|TBROK|TCONF|PASS|FAIL|PASSED|FAILED|UNRESOLVED|UNSUPPORTED|UNTESTED|XFAIL|XPASS)\b|^Summary:' "$1" |
        sed -E "s|$2||g; s/0x[0-9a-f]+|[0-9]+/N/g"
    sed -nE '/^Summary:/,$ { /^(passed|failed|broken|skipped|warnings) /p }' "$1"
}

# One run, in a group of processes that is ended after it. Prints status and results.
run_one() { # PROGRAM WAY PLACE
    local program=$1 way=$2 place=$3 status command=("$1")
    mkdir -p "$place/work" "$place/tmp"
    case $way in
    preloaded) command=(env LD_PRELOAD="$BUILD/libmemrestrict.so" MEMRESTRICT_LIMIT=1T "$1") ;;
    run) command=("$BUILD/memrestrict" run --quiet --limit=1T -- "$1") ;;
    esac
    (
        cd "$place/work" || exit 125
        ulimit -c 0
        PATH=$(dirname "$program"):$PATH
        export PATH TMPDIR=$place/tmp HOME=$place/tmp
        set -m # a group of its own, and SIGINT as it is by default
        timeout -s KILL "$seconds" "${command[@]}" </dev/null >"$place/out" 2>&1 &
        wait $!
        status=$?
        kill -KILL -- -$!
        exit $status
    ) 2>/dev/null
    status=$?
    echo "status $status"
    results "$place/out" "$place"
    chmod -R u+rwx "$place" 2>/dev/null
    rm -rf "$place" 2>/dev/null
}

# All ways, and once more where there is something to see. Prints a word, a program, and what differs.
compare() { # PROGRAM NUMBER
    local name=${1#"$programs"/} place=$scratch/$2 way word=same
    mkdir -p "$place"
    for way in bare preloaded run; do run_one "$1" $way "$place/$way.d" >"$place/$way.1"; done
    if ! cmp -s "$place/bare.1" "$place/preloaded.1" || ! cmp -s "$place/bare.1" "$place/run.1"; then
        for way in bare preloaded run; do run_one "$1" $way "$place/$way.d" >"$place/$way.2"; done
        word=flaky
        for way in preloaded run; do
            if cmp -s "$place/bare.1" "$place/bare.2" && cmp -s "$place/$way.1" "$place/$way.2" &&
                ! cmp -s "$place/bare.1" "$place/$way.1"; then
                word=differs
                diff "$place/bare.1" "$place/$way.1" | grep '^[<>]' | sed "s/^</    bare: /; s/^>/    $way: /" | head -n 12
            fi
        done >"$place/why"
        [ -s "$place/why" ] && word=differs
    fi
    { echo "$word $name $(head -n 1 "$place/bare.1")" && cat "$place/why" 2>/dev/null; } >"$scratch/$2.said"
    rm -rf "$place" 2>/dev/null
}
export -f run_one compare results

# Whatever has a name, or ends in one, that FILE has.
left_out() {
    awk -v without="$without" -v root="$programs/" 'BEGIN { while ((getline line < without) > 0) out[line] }
        {
            rest = substr($0, length(root) + 1)
            keep = 1
            for (;;) {
                if (rest in out) keep = 0
                if ((slash = index(rest, "/")) == 0) break
                rest = substr(rest, slash + 1)
            }
            if (keep) print
        }'
}

find "$programs" -type f -perm /111 -size +0 | sort | left_out >"$scratch/programs"
[ -s "$scratch/programs" ] || { echo "suites.sh: no program below $programs" >&2; exit 2; }
# shellcheck disable=SC2016 # for the shells that xargs starts
awk '{ printf "%s%c%d%c", $0, 0, NR, 0 }' "$scratch/programs" |
    xargs -0 -n 2 -P "$jobs" bash -c 'compare "$@"' compare
number=0 same=0 differs=0 flaky=0 bad=0
while IFS= read -r program; do
    number=$((number + 1))
    read -r word line <"$scratch/$number.said" || { echo "lost: $program" && bad=1 && continue; }
    case $word in
    same) same=$((same + 1)) ;;
    flaky) flaky=$((flaky + 1)) && echo "flaky: $line" ;;
    differs) differs=$((differs + 1)) && echo "differs: $line" && tail -n +2 "$scratch/$number.said" ;;
    esac
done <"$scratch/programs"
echo "$number programs: $same the same, $differs different, $flaky flaky"
[ "$differs" = 0 ] && [ $bad = 0 ]
