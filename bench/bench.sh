#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What the library costs: bench/bench.sh BUILD [WORKLOAD]...
#
# Runs each workload bare, under memrestrict, and under other tools that are installed, in turn,
# round after round, and prints the medians of the rounds' ratios to bare, with their quartiles.
# `bench/bench.sh BUILD list` lists the workloads; `synthetic`, `real` and `growth` stand for all
# of a kind, `hard` for the synthetic ones that no cache holds, `suite` for the field's programs.
# Variables:
#   ROUNDS=7         how often everything runs, if the time allows
#   MINUTES=10       no round is begun that would end later than that
#   PEERS=all        none, or the names of the columns wanted beside bare and memrestrict
#   SECONDS_EACH=5   another tool that took this long with a workload is spared more rounds of it
#   TIME=wall        what the table is of; cpu: processor time
#   MIMALLOC_BENCH=FOLDER  where the field's programs are built: cfrac, espresso, ...
#   TIMEOUT=60       seconds after which a single run is killed
#   BENCH_CSV=FILE   every single run, one a line, for table.awk, plot.sh and others
# Nothing is judged here: the exit status says whether the benchmark, and memrestrict, worked.
set -u

here=$(cd "$(dirname "$0")" && pwd)
given=${1:?usage: bench/bench.sh BUILD [WORKLOAD]...}
shift
ROUNDS=${ROUNDS:-7}
PEERS=${PEERS:-all}
MINUTES=${MINUTES:-10}
SECONDS_EACH=${SECONDS_EACH:-5}
TIMEOUT=${TIMEOUT:-60}
TIME=${TIME:-wall}
failures=0
unset LD_PRELOAD "${!MEMRESTRICT_@}"

# shellcheck source=bench/workloads.sh
. "$here/workloads.sh"
# shellcheck source=bench/columns.sh
. "$here/columns.sh"

if [ "${1:-}" = list ]; then
    printf '%s\n' "${synthetic[@]}" "${real[@]}" "${growth[@]}" "${suite[@]}"
    exit 0
fi

refuse() { # COMPLAINT
    echo "bench: $1" >&2
    exit 2
}

for name in ROUNDS MINUTES SECONDS_EACH TIMEOUT; do
    [[ ${!name} =~ ^[1-9][0-9]{0,5}$ ]] || refuse "$name: '${!name}' is not a number from 1 on"
done
[[ $TIME =~ ^(wall|cpu)$ ]] || refuse "TIME: '$TIME' is neither wall nor cpu"
build=$(cd "$given" 2>/dev/null && pwd) || refuse "$given: no such folder"
programs=$build/bench
for name in libmemrestrict.so memrestrict bench/measure bench/forward.so; do
    [ -f "$build/$name" ] || refuse "$given lacks $name: 'make lib command bench-programs'"
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
csv=${BENCH_CSV:-$work/runs.csv}

declare -A spent complained

# What a workload that measures itself printed, instead of the time of the whole run.
own_time() { # WORKLOAD SECONDS
    local seconds
    case $1 in
    blocks-* | threads-* | mappings-*) read -r seconds <"$work/output" && echo "$seconds" ;;
    *) echo "$2" ;;
    esac
}

# The output of a real program in the first round must be what the bare program's was.
is_as_bare() { # WORKLOAD COLUMN
    contains "$1" "${real[@]}" || return 0
    case $2 in
    bare) mv "$work/output" "$work/$1.expected" ;;
    *) [ ! -f "$work/$1.expected" ] || cmp -s "$work/output" "$work/$1.expected" ;;
    esac
}

# One run of `command` under a column; a line into the csv file.
run_once() { # WORKLOAD ROUND COLUMN
    local result status wall cpu resident output=/dev/null
    # shellcheck disable=SC2206 # words
    local launched=(${launcher[$3]:-})
    if [ ${#launched[@]} -gt 0 ] && [[ ${command[0]} == *=* ]]; then launched+=(/usr/bin/env); fi
    launched+=("${command[@]}")
    if [ "$1" = launch ]; then launched=("$programs/startup" 100 "${launched[@]}"); fi
    if [ "$2" = 1 ] || contains "$1" "${growth[@]}"; then output=$work/output; fi
    # shellcheck disable=SC2086 # words
    result=$(${wrapper[$3]} "$programs/measure" "$TIMEOUT" "$output" ${variables[$3]} \
        "${launched[@]}" 2>"$work/stderr")
    read -r status wall cpu resident <<<"${result:-broken 0.0 0.0 0}"
    spent[$1,$3]=$((${spent[$1,$3]:-0} + 10#${wall%.*}${wall#*.}))
    if [ "$status" = ok ]; then
        wall=$(own_time "$1" "$wall") || status=silent
        if [ "$2" = 1 ] && ! is_as_bare "$1" "$3"; then status=other-output; fi
    fi
    printf '%s,%s,%s,%s,%s,%s,%s,%s,%s\n' \
        "$1" "$3" "${group[$3]}" "${base[$3]}" "$2" "$status" "$wall" "$cpu" "$resident" >>"$csv"
    if [ "$status" != ok ]; then complain "$1" "$3" "$status"; fi
}

is_own() { # COLUMN
    case $1:${group[$1]} in
    heaptrack:*) false ;;
    bare:* | memrestrict:* | forward:* | over-* | *:command) ;;
    *) false ;;
    esac
}

complain() { # WORKLOAD COLUMN STATUS
    if is_own "$2"; then failures=$((failures + 1)); fi
    [ -n "${complained[$1,$2]:-}" ] && return
    complained[$1,$2]=yes
    echo "bench: $1 under $2: $3: $(tail -n 1 "$work/stderr" | cut -c 1-200)" >&2
}

is_spared() { # WORKLOAD COLUMN
    case $2 in
    bare | memrestrict | forward) false ;;
    *) [ "${spent[$1,$2]:-0}" -ge "${SECONDS_EACH}000000" ] ;;
    esac
}

# Into `these`. What all are compared with runs twice where there are many, the second time halfway.
columns_of() { # WORKLOAD
    local name
    these=()
    for name in "${columns[@]}"; do
        if says_something "$1" "$name"; then these+=("$name"); fi
    done
    if [ ${#these[@]} -gt 5 ]; then
        these=("${these[@]:0:${#these[@]}/2}" bare "${these[@]:${#these[@]}/2}")
    fi
}

# Each round begins with another column, so that none always comes first; but the first with bare.
run_round() { # ROUND
    local workload name i these
    for workload in "${wanted[@]}"; do
        if [ -t 2 ]; then printf 'bench: round %s, %s\033[K\r' "$1" "$workload" >&2; fi
        set_command "$workload"
        columns_of "$workload"
        if [ "$1" = 1 ]; then # what it reads is in memory from now on
            "$programs/measure" "$TIMEOUT" /dev/null "${command[@]}" >/dev/null 2>&1
        fi
        for i in "${!these[@]}"; do
            name=${these[(i + $1 - 1) % ${#these[@]}]}
            is_spared "$workload" "$name" || run_once "$workload" "$1" "$name"
        done
    done
    if [ -t 2 ]; then printf '\033[K' >&2; fi
}

run_rounds() {
    local round begun longest=0
    SECONDS=0
    for ((round = 1; round <= ROUNDS; round++)); do
        begun=$SECONDS
        run_round "$round"
        [ $((SECONDS - begun)) -gt "$longest" ] && longest=$((SECONDS - begun))
        [ $((SECONDS + longest)) -gt $((MINUTES * 60)) ] && break
    done
    if [ "$round" -lt "$ROUNDS" ]; then
        echo "bench: $round rounds instead of $ROUNDS, because of MINUTES=$MINUTES" >&2
    fi
}

say_if_busy() {
    local load
    read -r load _ </proc/loadavg
    if [ "${load%.*}" -ge 1 ]; then
        echo "bench: the machine is busy (load $load): figures will be far from each other" >&2
    fi
}

choose() { # WORKLOAD...: those that can be run, into `wanted`
    local workload
    for workload in "$@"; do
        case $workload in
        synthetic) choose "${synthetic[@]}" ;;
        real) choose "${real[@]}" ;;
        growth) choose "${growth[@]}" ;;
        hard) choose "${hard[@]}" ;;
        suite) choose "${suite[@]}" ;;
        *)
            contains "$workload" "${synthetic[@]}" "${real[@]}" "${growth[@]}" "${suite[@]}" ||
                refuse "no such workload: $workload; 'bench.sh BUILD list' names them"
            if prepare "$workload"; then wanted+=("$workload"); fi
            ;;
        esac
    done
}

wanted=()
[ $# -gt 0 ] || set -- synthetic real growth
choose "$@"
[ ${#wanted[@]} -gt 0 ] || refuse 'nothing can be run'
add_columns
say_if_busy
echo workload,column,group,base,round,status,wall_seconds,cpu_seconds,resident_kib >"$csv" ||
    refuse "$csv: cannot be written"
run_rounds
awk -v time="$TIME" -f "$here/table.awk" "$csv" || failures=$((failures + 1))
[ "$failures" -eq 0 ]
