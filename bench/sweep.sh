#!/bin/bash
# What a sweep costs: bench/sweep.sh BUILD        (`make bench-sweep` runs it)
#
# Each program is swept with one fault a trial: by a plain loop over nth, which runs the program once
# for each allocation; by sweep, one at a time and two; and by sweep --fork. The first three are run
# for a part of the allocations or call sites, and their times are scaled to all: LOOPS allocations,
# and one in SWEEP_PART call sites (as --shard divides them). PROGRAMS names those to measure.
set -u
cd "$(dirname "$0")/.." || exit 1
memrestrict=$(cd "${1:-build}" && pwd)/memrestrict
LOOPS=${LOOPS:-100} SWEEP_PART=${SWEEP_PART:-10}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

now() { date +%s%N; }

# Sets `seconds` to how long the command takes, times FACTOR.
timed() { # FACTOR COMMAND...
    local began factor=$1
    shift
    began=$(now)
    "$@" >out 2>err </dev/null
    seconds=$(awk -v ns=$(($(now) - began)) -v factor="$factor" 'BEGIN { printf "%.1f", ns * factor / 1e9 }')
}

loop() { # ALLOCATIONS COMMAND...
    local i n all=$1
    shift
    for ((i = 0; i < LOOPS; i++)); do
        n=$((all * (2 * i + 1) / (2 * LOOPS) + 1))
        "$memrestrict" run --quiet --fault="nth=$n" -- "$@" >out.loop 2>err.loop </dev/null
    done
}

counts() { sed -n 's/.* in \([0-9]*\) trials* of \([0-9]*\) call site.*/\1 trials/p' out; }

row() { printf '| %s | %s | %s | %s |\n' "$@"; }

# A program's rows: the time of a whole sweep, with the reference, is scaled without that.
measure() { # NAME COMMAND...
    local name=$1 all sites trials alone
    shift
    [[ " ${PROGRAMS:-$name} " = *" $name "* ]] || return
    command -v "$1" >/dev/null || { echo "SKIP $name: package $1"; return; }
    "$memrestrict" run --quiet --site-list=sites.json -- "$@" >out 2>err </dev/null
    all=$(jq '[.processes[].sites[].calls] | add' sites.json)
    sites=$(jq '[.processes[].sites | length] | add' sites.json)
    timed 1 "$@"
    row "$name: bare" "$all allocations, $sites call sites" "1 run" "$seconds"
    timed "$((all / LOOPS))" loop "$all" "$@"
    row "$name: loop over nth" "" "$all runs" "$seconds"
    for jobs in 1 2; do
        timed 1 "$memrestrict" sweep --quiet --mode=once --max=1 -- "$@"
        alone=$seconds
        timed 1 "$memrestrict" sweep --quiet --mode=once --jobs=$jobs --shard=1/"$SWEEP_PART" -- "$@"
        trials=$(counts)
        seconds=$(awk -v s="$seconds" -v a="$alone" -v part="$SWEEP_PART" 'BEGIN { printf "%.1f", a + (s - a) * part }')
        row "$name: sweep -j$jobs" "" "${trials%% *} trials in a part of $SWEEP_PART" "$seconds"
    done
    timed 1 "$memrestrict" sweep --quiet --mode=once --fork -- "$@"
    row "$name: sweep --fork" "" "$(counts)" "$seconds"
}

command -v jq >/dev/null || { echo "bench/sweep.sh: jq is missing: 'apt-get install jq'" >&2; exit 1; }
row program has needs seconds
row --- --- --- ---
measure jq jq -n -c '[range(20) | {id: ., name: "n\(.)"}] | group_by(.id % 3) | map(length)'
# A long start: a table is filled before anything else is done.
measure sqlite3 sqlite3 :memory: "
    create table t(a integer primary key, b text);
    with recursive c(x) as (select 1 union all select x + 1 from c where x < ${ROWS:-200000})
        insert into t select x, 'row ' || x from c;
    create view v as select a, b from t where a < 70;
    select count(*), max(b), min(a) from v;
    select b, sum(a) from v group by substr(b, 5, 1) order by 2 desc limit 3;
    update t set b = upper(b) where a < 10;
    select group_concat(a, '-') from v where b glob 'R*';
    select t.a, u.b from t join t u on t.a = u.a + 1 where t.a < 5;
    select json_group_array(a) from t where a < 4;
    select row_number() over (order by a desc) from v limit 2;
    create trigger g after insert on t begin select 1; end;
    insert into t values (0, 'x');"
