# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154
#
# Sourced by bench.sh and plot.sh: what is run. The real programs' inputs are made here, the same in
# every run, so that nothing but the program is needed. From bench.sh: programs, work.

synthetic=(pairs live-1 wide-1 live-2 wide-2 live-4 wide-4 cross bursts deep replaced realloc churn
    churn-bare forks startup launch)
hard=(pairs wide-1 wide-2 wide-4 replaced churn-bare startup) # of those: the shapes that no cache holds
real=(python3 python3-malloc gcc sqlite3 perl git jq sort xz)
growth=(blocks-1000 blocks-10000 blocks-100000 blocks-1000000 blocks-10000000
    threads-1 threads-2 threads-4 threads-8 threads-16
    mappings-100 mappings-1000 mappings-10000 mappings-60000)
suite=(cfrac espresso alloc-test-1 alloc-test-2 glibc-simple mstress) # the field's, built by others

contains() { # ITEM LIST...
    local item=$1
    shift
    case " $* " in
    *" $item "*) true ;;
    *) false ;;
    esac
}

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
    gcc) make_c 70 >"$2" ;;
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

prepare_real() { # WORKLOAD
    local program package
    read -r program package < <(program_of "$1")
    if ! path_of[$1]=$(program_path "$program"); then
        echo "bench: no workload $1: $program is missing: 'apt-get install $package'" >&2
        return 1
    fi
    if ! make_input "$1" "$work/$1.in"; then
        echo "bench: no workload $1: its input cannot be made in $work" >&2
        return 1
    fi
}

# The first of FOLDER and where mimalloc-bench builds that has it.
suite_file() { # FILE
    local at
    for at in "${MIMALLOC_BENCH:?}/$1" "$MIMALLOC_BENCH/out/bench/$1" "$MIMALLOC_BENCH/bench/espresso/$1"; do
        if [ -f "$at" ]; then
            realpath "$at"
            return
        fi
    done
    return 1
}

prepare_suite() { # WORKLOAD
    local program=${1%-[12]}
    if [ -z "${MIMALLOC_BENCH:-}" ]; then
        echo "bench: no workload $1: MIMALLOC_BENCH=FOLDER says where $program is built" >&2
        return 1
    fi
    if ! path_of[$1]=$(suite_file "$program"); then
        echo "bench: no workload $1: $program is not in $MIMALLOC_BENCH, nor in its out/bench" >&2
        return 1
    fi
    if [ "$1" = espresso ] && ! path_of[largest]=$(suite_file largest.espresso); then
        echo "bench: no workload espresso: largest.espresso is not in $MIMALLOC_BENCH" >&2
        return 1
    fi
}

available_mib() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }

# Before the first round. False: this workload cannot be run; a line says why.
prepare() { # WORKLOAD
    if contains "$1" "${real[@]}"; then
        prepare_real "$1"
    elif contains "$1" "${suite[@]}"; then
        prepare_suite "$1"
    elif [ "$1" = blocks-10000000 ] && [ "$(available_mib)" -lt 2048 ]; then
        echo "bench: no workload $1: it takes 2 GiB of memory" >&2
        return 1
    fi
}

# Some workloads say nothing about some columns, or nothing new.
says_something() { # WORKLOAD COLUMN
    case $1:${group[$2]}:$2 in
    *:bare:*) ;;
    pairs:*:heaptrack | live-[14]:*:heaptrack) ;;
    *:heaptrack) false ;;
    launch:command:*) ;;
    launch:*) false ;;
    blocks-*:*:memrestrict | threads-*:*:memrestrict | mappings-*:*:memrestrict) ;;
    blocks-*:*:forward | threads-*:*:forward | mappings-*:*:forward) ;;
    blocks-*:*:memusage | threads-*:*:memusage | mappings-*:*:memusage) ;;
    blocks-* | threads-* | mappings-*) false ;;
    startup:*:report) ;;
    startup:command:*) false ;; # launch instead
    pairs:* | live-[14]:* | deep:* | forks:* | python3:* | gcc:*) ;;
    *:command:*) false ;;
    esac
}

set_command() { # WORKLOAD
    local input=$work/$1.in program=${path_of[$1]:-}
    case $1 in
    pairs) command=("$programs/pairs" 10000000) ;;
    live-*) command=("$programs/live" "${1#live-}" 100000 2000000) ;;
    wide-*) command=("$programs/live" "${1#wide-}" 100000 2000000 wide) ;;
    cross) command=("$programs/cross" 2000000) ;;
    bursts) command=("$programs/bursts" 20 50000) ;;
    deep) command=("$programs/deep" 1500000 32) ;;
    replaced) command=("$programs/replaced" 2000000 32) ;;
    realloc) command=("$programs/realloc" 1000000) ;;
    churn) command=("$programs/churn" 2000) ;;
    churn-bare) command=("$programs/churn" 100000 bare) ;;
    forks) command=("$programs/forks" 60 67108864) ;;
    startup) command=("$programs/startup" 150) ;;
    launch) command=("$programs/startup") ;;
    blocks-* | threads-* | mappings-*) command=("$programs/growth" "${1%-*}" "${1#*-}") ;;
    python3) command=("$program" -I -c "$python_script") ;;
    python3-malloc) command=(PYTHONMALLOC=malloc "$program" -s -c "$python_script") ;;
    gcc) command=("$program" -O2 -x c -c "$input" -o "$work/gcc.o") ;;
    sqlite3) command=("$program" :memory: "$sql_script") ;;
    perl) command=("$program" -e "$perl_script") ;;
    git) command=(GIT_CONFIG_NOSYSTEM=1 HOME="$work" "$program" -C "$input" log -p main) ;;
    jq) command=("$program" -c '[.n * 2, (.s | ascii_upcase), (.l | length)]' "$input") ;;
    sort) command=(LC_ALL=C "$program" --parallel=1 -k2 "$input") ;;
    cfrac) command=("$program" 17545186520507317056371138836327483792789528) ;;
    espresso) command=("$program" "${path_of[largest]}") ;;
    alloc-test-*) command=("$program" "${1#alloc-test-}") ;;
    glibc-simple) command=("$program") ;;
    mstress) command=("$program" 2 50 25) ;;
    xz) command=("$program" -4 -T1 -c "$input") ;;
    esac
}
