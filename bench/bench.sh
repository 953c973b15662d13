#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What the library costs: bench/bench.sh BUILD [WORKLOAD]...
#
# Runs each workload bare, under memrestrict, and under other tools that are installed, in turn,
# round after round, and prints the ratios of the medians to bare. `bench/bench.sh BUILD list` lists
# the workloads.
# Variables:
#   ROUNDS=7         how often everything runs, if the time allows
#   MINUTES=10       no round is begun that would end later than that
#   PEERS=all        none, or the names of the columns wanted beside memrestrict's own
#   SECONDS_EACH=5   another tool that took this long with a workload is spared more rounds of it
#   TIMEOUT=60       seconds after which a single run is killed
#   BENCH_CSV=FILE   every single run, one a line, for other programs (and for bench/table.awk)
# Nothing is judged here: the exit status says whether the benchmark, and memrestrict, worked.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: bench/bench.sh BUILD [WORKLOAD]...}
shift
ROUNDS=${ROUNDS:-7}
PEERS=${PEERS:-all}
MINUTES=${MINUTES:-10}
SECONDS_EACH=${SECONDS_EACH:-5}
TIMEOUT=${TIMEOUT:-60}
unset LD_PRELOAD "${!MEMRESTRICT_@}"

synthetic=(pairs live-1 live-2 live-4 cross growth churn bursts startup launch deep forks)
real=(python3 python3-malloc sort gcc sqlite3 perl git jq xz)

if [ "${1:-}" = list ]; then
    printf '%s\n' "${synthetic[@]}" "${real[@]}"
    exit 0
fi
library=$(cd "$build" 2>/dev/null && pwd)/libmemrestrict.so
memrestrict=$(dirname "$library")/memrestrict
programs=$(dirname "$library")/bench
if [ ! -f "$library" ] || [ ! -x "$memrestrict" ] || [ ! -x "$programs/measure" ]; then
    echo "bench: $build lacks libmemrestrict.so, memrestrict or bench/measure: 'make all bench-programs'" >&2
    exit 2
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
csv=${BENCH_CSV:-$work/runs.csv}

# Columns. Each has variables for the environment, maybe a wrapper that is not timed, maybe a launcher
# that is, and a base, which is the column that it is compared with.

limit=1T # never met
columns=()
declare -A variables wrapper launcher base

column() { # NAME BASE VARIABLES [WRAPPER]
    columns+=("$1")
    base[$1]=$2
    variables[$1]=$3
    wrapper[$1]=${4:-}
}

peer_wanted() {
    case " $PEERS " in
    *' all '*) true ;;
    *) [[ " $PEERS " == *" $1 "* ]] ;;
    esac
}

missing() { # NAME FILE PACKAGE
    echo "bench: no column $1: $2 is not installed (Debian: $3)" >&2
}

# The path of a shared library of this machine's own kind: the one that the loader takes for bash.
shared_library() {
    local path
    while read -r path; do
        if ! LD_PRELOAD=$path "$BASH" -c : 2>&1 | grep -q 'cannot be preloaded'; then
            echo "$path"
            return
        fi
    done < <(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="$1" '$1 == name { print $NF }')
    return 1
}

add_allocator() { # NAME LIBRARY PACKAGE
    local path
    peer_wanted "$1" || return
    if path=$(shared_library "$2"); then
        column "$1" bare "LD_PRELOAD=$path"
        column "over-$1" "$1" "LD_PRELOAD=$library:$path MEMRESTRICT_LIMIT=$limit"
    else
        missing "$1, over-$1" "$2" "$3"
    fi
}

add_memusage() {
    local path
    if path=$(shared_library libmemusage.so); then
        column memusage bare "LD_PRELOAD=$path"
    else
        missing memusage libmemusage.so libc6
    fi
}

# Failure points are there and looked for, but none is ever met.
add_libfiu() {
    local path
    path=$(find /usr/lib /usr/local/lib -name fiu_posix_preload.so 2>/dev/null | head -n 1)
    if [ -n "$path" ]; then
        column libfiu bare "LD_PRELOAD=${path%/*}/fiu_run_preload.so:$path FIU_CTRL_FIFO="
    else
        missing libfiu fiu_posix_preload.so fiu-utils
    fi
}

add_tcmalloc_limit() {
    local path
    if path=$(shared_library libtcmalloc.so.4); then
        column tcmalloc-limit bare "LD_PRELOAD=$path TCMALLOC_HEAP_LIMIT_MB=1048576"
    else
        missing tcmalloc-limit libtcmalloc.so.4 libgoogle-perftools4
    fi
}

# Its recorder alone, without the compression that the command adds.
add_heaptrack() {
    local path
    path=$(find /usr/lib /usr/local/lib -name libheaptrack_preload.so 2>/dev/null | head -n 1)
    if [ -n "$path" ]; then
        column heaptrack bare "LD_PRELOAD=$path DUMP_HEAPTRACK_OUTPUT=/dev/null"
    else
        missing heaptrack libheaptrack_preload.so libheaptrack
    fi
}

# The command. Its own start is timed with the program.
add_command() { # NAME BASE OPTION...
    local name=$1
    column "$1" "$2" ''
    shift 2
    launcher[$name]="$memrestrict run -q $* --"
}

add_prlimit() {
    if command -v prlimit >/dev/null; then
        column prlimit bare '' 'prlimit --data=1099511627776'
    else
        missing prlimit prlimit util-linux
    fi
}

add_columns() {
    local name
    column bare bare ''
    column memrestrict bare "LD_PRELOAD=$library MEMRESTRICT_LIMIT=$limit"
    column with-report bare "${variables[memrestrict]} MEMRESTRICT_REPORT=$work/report"
    add_command run bare "-l $limit"
    add_command run-tree run "-L $limit"
    add_command run-sites bare "-l $limit --sites"
    add_allocator jemalloc libjemalloc.so.2 libjemalloc2
    add_allocator mimalloc libmimalloc.so.2 libmimalloc2.0
    add_allocator tcmalloc libtcmalloc_minimal.so.4 libtcmalloc-minimal4
    for name in memusage libfiu tcmalloc-limit heaptrack prlimit; do
        if peer_wanted $name; then "add_${name//-/_}"; fi
    done
}

# Workloads. `command` is what is run. The real programs' inputs are the same in every run.

program_of() { # WORKLOAD: the program, and Debian's package, of a real one
    case $1 in
    python3*) echo python3 python3 ;;
    sort) echo sort coreutils ;;
    xz) echo xz xz-utils ;;
    *) echo "$1" "$1" ;;
    esac
}

# Words and numbers, one line each.
make_lines() { # LINES
    awk -v lines="$1" 'BEGIN {
        seed = 1
        for (i = 0; i < lines; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%08d word%d %d\n", seed % 100000000, seed % 5003, i
        }
    }'
}

make_c() { # FUNCTIONS
    awk -v functions="$1" 'BEGIN {
        for (i = 0; i < functions; i++) {
            printf "struct s%d { int a, b[%d]; };\n", i, i % 7 + 1
            printf "int f%d(struct s%d *s, int n)\n{\n", i, i
            printf "    for (int i = 0; i < n; i++)\n"
            printf "        s->a += s->b[i %% %d] * %d;\n", i % 7 + 1, i
            printf "    return s->a%s;\n}\n", (i > 0 ? " + (n > 3 ? n : " i ")" : "")
        }
    }'
}

# A history of one file that changes in every commit, as git fast-import reads it.
make_history() { # COMMITS
    awk -v commits="$1" 'BEGIN {
        for (i = 1; i <= commits; i++) {
            text = ""
            for (j = 0; j < 200; j++)
                text = text "line " j " of version " (j % 10 == i % 10 ? i : i - i % 10) "\n"
            printf "commit refs/heads/main\nmark :%d\n", i
            printf "committer B <b@example.org> %d +0000\ndata 8\nversion\n", 1000000000 + i
            printf "M 100644 inline file\ndata %d\n%s\n", length(text), text
        }
    }'
}

python_script='
import json
words = {}
for i in range(60000):
    words.setdefault("word%d" % (i * 7919 % 5003), []).append({"n": i, "s": str(i)})
text = json.dumps(words)
again = json.loads(text)
assert len(again) == 5003
print(len(sorted(text.split(","), key=len)))
'
# shellcheck disable=SC2016 # the dollars are perl's
perl_script='
my (%words, $seed);
$seed = 1;
for my $i (1 .. 150000) {
    $seed = ($seed * 16807) % 2147483647;
    push @{$words{"word" . $seed % 5003}}, "$i:$seed";
}
my @lines = map { join(",", @{$words{$_}}) } sort keys %words;
print scalar(@lines), " ", length(join("\n", @lines)), "\n";
'
sql_script='
create table t(a integer, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)
  insert into t select i * 7919 % 100003, printf("text %d of %d", i % 5003, i) from n;
create index t_b on t(b);
select count(*), max(b) from t where a in (select a / 2 from t);
select substr(b, 1, 6), count(*), group_concat(a % 10, "") from t group by substr(b, 1, 6) limit 3;
'

make_input() { # WORKLOAD FILE
    case $1 in
    sort) make_lines 300000 >"$2" ;;
    xz) make_lines 20000 >"$2" ;;
    gcc) make_c 100 >"$2" ;;
    git) git init -q --bare "$2" && make_history 1000 | git -C "$2" fast-import --quiet ;;
    jq)
        awk 'BEGIN {
            for (i = 0; i < 15000; i++)
                printf "{\"n\": %d, \"s\": \"text %d\", \"l\": [%d, true]}\n", i, i, i % 7
        }' >"$2"
        ;;
    esac
}

# The path of a real workload's program. A python3 on the PATH may be a script that looks for one.
program_path() { # PROGRAM
    case $1 in
    python3) python3 -c 'import sys; print(sys.executable)' 2>/dev/null ;;
    *) command -v "$1" ;;
    esac
}

declare -A path_of

# Before the first round. False: this workload cannot be run; a line says why.
prepare() { # WORKLOAD
    local program package
    case " ${real[*]} " in
    *" $1 "*) ;;
    *) return 0 ;;
    esac
    read -r program package < <(program_of "$1")
    if ! path_of[$1]=$(program_path "$program"); then
        echo "bench: no workload $1: $program is not installed (Debian: $package)" >&2
        return 1
    fi
    make_input "$1" "$work/$1.in"
}

set_command() { # WORKLOAD
    local input=$work/$1.in program=${path_of[$1]:-}
    case $1 in
    pairs) command=("$programs/pairs" 10000000) ;;
    live-*) command=("$programs/live" "${1#live-}" 100000 2000000) ;;
    cross) command=("$programs/cross" 2000000) ;;
    growth) command=("$programs/growth" 1000000) ;;
    churn) command=("$programs/churn" 2000) ;;
    bursts) command=("$programs/bursts" 20 50000) ;;
    startup) command=("$programs/startup" 200) ;;
    launch) command=("$programs/startup") ;;
    deep) command=("$programs/deep" 1500000 32) ;;
    forks) command=("$programs/forks" 60 67108864) ;;
    python3) command=("$program" -I -c "$python_script") ;;
    python3-malloc) command=(PYTHONMALLOC=malloc "$program" -s -c "$python_script") ;;
    perl) command=("$program" -e "$perl_script") ;;
    sqlite3) command=("$program" :memory: "$sql_script") ;;
    sort) command=(LC_ALL=C "$program" --parallel=1 -k2 "$input") ;;
    gcc) command=("$program" -O2 -x c -c "$input" -o "$work/gcc.o") ;;
    git) command=(GIT_CONFIG_NOSYSTEM=1 HOME="$work" "$program" -C "$input" log -p main) ;;
    jq) command=("$program" -c '[.n * 2, (.s | ascii_upcase), (.l | length)]' "$input") ;;
    xz) command=("$program" -4 -T1 -c "$input") ;;
    esac
}

# Measuring.

failures=0
declare -A spent complained

# One run of `command` under a column; a line into the csv file.
run_once() { # WORKLOAD ROUND COLUMN
    local result status wall cpu resident
    # shellcheck disable=SC2206 # words
    local launched=(${launcher[$3]:-})
    if [ ${#launched[@]} -gt 0 ] && [[ ${command[0]} == *=* ]]; then launched+=(/usr/bin/env); fi
    launched+=("${command[@]}")
    if [ "$1" = launch ]; then launched=("$programs/startup" 100 "${launched[@]}"); fi
    # shellcheck disable=SC2086 # words
    result=$(${wrapper[$3]} "$programs/measure" "$TIMEOUT" ${variables[$3]} "${launched[@]}" \
        2>"$work/stderr")
    read -r status wall cpu resident <<<"${result:-broken 0.0 0.0 0}"
    printf '%s,%s,%s,%s,%s,%s,%s,%s\n' \
        "$1" "$3" "${base[$3]}" "$2" "$status" "$wall" "$cpu" "$resident" >>"$csv"
    spent[$1,$3]=$((${spent[$1,$3]:-0} + 10#${wall%.*}${wall#*.}))
    if [ "$status" != ok ]; then complain "$1" "$3" "$status"; fi
}

complain() { # WORKLOAD COLUMN STATUS
    case $2 in bare | memrestrict | with-report | run* | over-*) failures=$((failures + 1)) ;; esac
    [ -n "${complained[$1,$2]:-}" ] && return
    complained[$1,$2]=yes
    echo "bench: $1 under $2: $3: $(tail -n 1 "$work/stderr" | cut -c 1-200)" >&2
}

is_spared() { # WORKLOAD COLUMN
    case $2 in
    bare | memrestrict | with-report | run | run-tree) false ;;
    *) [ "${spent[$1,$2]:-0}" -ge "${SECONDS_EACH}000000" ] ;;
    esac
}

# Each round begins with another column, so that none always comes first.
run_round() { # ROUND
    local workload name i
    for workload in "${wanted[@]}"; do
        if [ -t 2 ]; then printf 'bench: round %s, %s\033[K\r' "$1" "$workload" >&2; fi
        set_command "$workload"
        for i in "${!columns[@]}"; do
            name=${columns[(i + $1 - 1) % ${#columns[@]}]}
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

choose() { # WORKLOAD...: those that can be run, into `wanted`
    local workload
    wanted=()
    for workload in "$@"; do
        case " ${synthetic[*]} ${real[*]} " in
        *" $workload "*) if prepare "$workload"; then wanted+=("$workload"); fi ;;
        *)
            echo "bench: no such workload: $workload; there are: ${synthetic[*]} ${real[*]}" >&2
            exit 2
            ;;
        esac
    done
}

[ $# -gt 0 ] || set -- "${synthetic[@]}" "${real[@]}"
choose "$@"
add_columns
echo workload,column,base,round,status,wall_seconds,cpu_seconds,resident_kib >"$csv" || exit 2
run_rounds
awk -f "$here/table.awk" "$csv"
[ "$failures" -eq 0 ]
