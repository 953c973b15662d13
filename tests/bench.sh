#!/bin/bash
# The benchmark works: its programs end well, its table has every row and column, its arithmetic is
# right, its pictures are pictures. What it found is not looked at. From the environment: MAKE,
# BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
MAKE=${MAKE:-make}
BUILD=${BUILD:-build}
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

made() { $MAKE --no-print-directory -s BUILD="$BUILD" "$@" 2>&1; }
said=$(made lib command bench-programs) && said=
result "the benchmark's programs are built" "$said"
programs=$BUILD/bench

# STATUS WORDS COMMAND...: it ends so, and says something with these words.
says() {
    local wanted=$1 words=$2 status=0 said
    shift 2
    said=$("$@" 2>&1) || status=$?
    [ "$status" = "$wanted" ] || echo "status $status, not $wanted: $said"
    grep -qF -- "$words" <<<"$said" || echo "no '$words' in: $said"
}

while read -r program arguments; do
    # shellcheck disable=SC2086 # words
    result "$program does a little" "$(says 0 '' "$programs/$program" $arguments)"
done <<'PROGRAMS'
pairs 100
live 1 10 100
live 4 40 400
live 2 40 400 wide
cross 1024
bursts 2 10
deep 100 32
replaced 100 32
realloc 1000
churn 100
churn 100 bare
forks 2 100000
startup 2
startup 2 /bin/true
growth blocks 100
growth threads 3
growth mappings 10
execs
execs vfork
PROGRAMS

# How a run ended, and its output.
outcome() { "$programs/measure" 300 "$folder/output" "$@" | cut -d ' ' -f 1; }
result "a run that ends well" "$(says 0 ok outcome sh -c 'exit 0')"
result "a run that fails" "$(says 0 exit-3 outcome sh -c 'exit 3')"
result "a run that is killed" "$(says 0 signal-9 outcome sh -c 'kill -9 $$')"
result "a run that takes too long" "$(says 0 timeout "$programs/measure" 1 /dev/null sleep 1000)"
result "a run's output and variables" \
    "$(outcome WORD=sesame printenv WORD >/dev/null && says 0 sesame cat "$folder/output")"

# A whole benchmark, if a small one.
bench() { ROUNDS=1 TIMEOUT=600 bench/bench.sh "$BUILD" "$@"; }
peers='forward memusage mimalloc commands'
workloads='launch startup sort mappings-100 threads-2'
# shellcheck disable=SC2086 # words
BENCH_CSV=$folder/runs.csv PEERS=$peers bench $workloads >"$folder/table" 2>"$folder/words"
status=$?
result "a benchmark works" "$([ $status = 0 ] || cat "$folder/words" "$folder/table")"
columns='memrestrict forward report run run-tree run-sites'
for peer in memusage mimalloc:over-mimalloc; do
    grep -q "no column ${peer%%:*}" "$folder/words" || columns+=" ${peer//:/ }"
done
for column in $columns; do
    result "column $column" \
        "$(grep -qE "(^| )$column( |\$)" "$folder/table" || cat "$folder/table")"
done
for row in 'start-up, with run' 'start-up' sort '100 mappings' '2 threads'; do
    result "row $row" "$(grep -qE "^$row +[0-9.]+ " "$folder/table" || cat "$folder/table")"
done
result "nothing failed" "$(grep ' under ' "$folder/words")"
result "a line of the file has as many fields as its head" \
    "$(awk -F , 'NR == 1 { n = NF } NF != n || n != 9' "$folder/runs.csv")"
result "a library that does not take effect is no success" "$(
    mkdir "$folder/idle"
    ln -s "$(realpath "$BUILD/bench")" "$(realpath "$BUILD/memrestrict")" "$folder/idle"
    : >"$folder/idle/libmemrestrict.so"
    PEERS=none ROUNDS=1 says 1 'no column memrestrict' bench/bench.sh "$folder/idle" startup
)"
mkdir "$folder/stub"
printf '#!/bin/sh\nexit 3\n' >"$folder/stub/prlimit"
chmod +x "$folder/stub/prlimit"
result "another tool that fails is marked, no more" \
    "$(PATH=$folder/stub:$PATH PEERS=prlimit says 0 'fail!' bench threads-1 startup)"

# The field's programs, as tiny ones of their names that look at what they are given.
mkdir -p "$folder/field/out/bench" "$folder/field/bench/espresso"
echo lines >"$folder/field/bench/espresso/largest.espresso"
field() { # NAME TEST
    printf '#!/bin/sh\n%s\n' "$2" >"$folder/field/out/bench/$1"
    chmod +x "$folder/field/out/bench/$1"
}
# shellcheck disable=SC2016 # for the programs
{
    field cfrac '[ "$*" = 17545186520507317056371138836327483792789528 ]'
    field espresso 'grep -q lines "$1"'
    field alloc-test '[ "$1" = 1 ] || [ "$1" = 2 ]'
    field mstress '[ "$*" = "2 50 25" ]'
}
suite() { MIMALLOC_BENCH=$1 TIME=cpu PEERS='forward mimalloc' bench suite 2>"$folder/suite.words"; }
suite "$folder/field" >"$folder/suite"
status=$?
result "the field's programs are run" "$([ $status = 0 ] || cat "$folder/suite.words" "$folder/suite")"
result "nothing failed of them" "$(grep ' under ' "$folder/suite.words")"
result "one that was not built is named" "$(says 0 'glibc-simple is not in' cat "$folder/suite.words")"
for row in cfrac espresso 'alloc-test, 1 thread' 'alloc-test, 2 threads' 'mstress, 2 threads'; do
    result "row $row" "$(grep -qE "^$row +[0-9.]+ s +[0-9.]+" "$folder/suite" || cat "$folder/suite")"
done
result "their processor time is what is told" "$(says 0 'Processor time, rounds: 1' cat "$folder/suite")"
result "no folder of the field's programs" "$(says 2 'MIMALLOC_BENCH=FOLDER' bench suite)"
result "a folder without any" "$(MIMALLOC_BENCH=$folder/idle says 2 'nothing can be run' bench suite)"
result "make passes the folder on" "$(says 0 "MIMALLOC_BENCH='$folder/field'" \
    made -n bench-suite MIMALLOC_BENCH="$folder/field")"

# What is wrong is said.
for word in pairs wide-2 replaced churn-bare cross git blocks-10000000 cfrac; do
    result "$word is listed" "$(says 0 $word bench/bench.sh "$BUILD" list)"
done
result "an unknown workload" "$(says 2 'no such workload: nosuch' bench nosuch)"
result "an unknown column" "$(PEERS=nosuch says 2 'no such column: nosuch' bench startup)"
result "a number of rounds that is none" \
    "$(ROUNDS=x says 2 "ROUNDS: 'x'" bench/bench.sh "$BUILD" startup)"
result "a time that is none" "$(TIME=x says 2 "TIME: 'x'" bench startup)"
result "a folder that has nothing" "$(says 2 'lacks libmemrestrict.so' bench/bench.sh "$folder")"
result "a folder that is not there" "$(says 2 'no such folder' bench/bench.sh "$folder/nosuch")"

# The arithmetic: medians, their ratio, the quartiles of the rounds' ratios; what failed is marked.
{
    echo workload,column,group,base,round,status,wall_seconds,cpu_seconds,resident_kib
    for round in 1 2 3 4 5; do
        echo "pairs,bare,bare,bare,$round,ok,2,2,1024"
        echo "pairs,memrestrict,limiters,bare,$round,ok,$((round + 1)),2,1024"
        status=ok
        [ $round != 3 ] || status=exit-1
        echo "pairs,often,limiters,bare,$round,$status,4,2,1024"
        echo "pairs,never,limiters,bare,$round,signal-11,4,2,1024"
        echo "pairs,slow,limiters,bare,$round,timeout,60,2,1024"
        echo "pairs,tree,command,memrestrict,$round,ok,8,8,1024"
    done
} >"$folder/made.csv"
awk -f bench/table.awk "$folder/made.csv" >"$folder/made"
result "a table of what was made up" "$(sed -n '/^malloc/ s/  */ /gp' "$folder/made" | diff - <(
    echo 'malloc/free pairs 2.000 s 2.00 1.50-2.50 2.00! 2.00-2.00 fail! timeout!'
    echo 'malloc/free pairs 2.000 s 2.00 1.60-2.67'
))"
result "the same as a README has it" "$(
    awk -v form=markdown -v only='memrestrict never' -f bench/table.awk "$folder/made.csv" |
        sed 1,2d | diff - <(echo '| malloc/free pairs | 2.00 | fail! |'))"
result "the same of processor time" "$(
    awk -v time=cpu -v form=markdown -v only='memrestrict often' -f bench/table.awk "$folder/made.csv" |
        sed 1,2d | diff - <(echo '| malloc/free pairs | 1.00 | 1.00! |'))"
result "no runs, no table" "$(says 1 'no runs' awk -f bench/table.awk /dev/null)"

pictures() {
    local picture drawn
    drawn=$(bench/plot.sh "$1" "$folder/pictures" 2>&1) || echo "status $?: $drawn"
    shift
    for picture in "$@"; do
        xmllint --noout "$folder/pictures/$picture.svg" 2>&1
        grep -q '<svg' "$folder/pictures/$picture.svg" || echo "$picture.svg is no picture"
    done
    diff <(printf '%s.svg\n' "$@" | sort) <(cd "$folder/pictures" && printf '%s\n' *.svg | sort)
}
if ! command -v gnuplot >/dev/null; then
    echo "SKIP pictures of the benchmark: package gnuplot-nox"
elif ! command -v xmllint >/dev/null; then
    echo "SKIP pictures of the benchmark: package libxml2-utils"
else
    wanted='table growth'
    ! grep -q ',mimalloc,' "$folder/runs.csv" || wanted+=' allocators'
    # shellcheck disable=SC2086 # words
    result "the pictures are drawn" "$(pictures "$folder/runs.csv" $wanted)"
    for text in memrestrict forward start-up sort; do
        result "a picture says $text" \
            "$(grep -qF ">$text<" "$folder/pictures/table.svg" || echo "it does not")"
    done
    rm -rf "$folder/pictures"
    result "pictures with columns that failed" "$(pictures "$folder/made.csv" table)"
fi
mkdir "$folder/few" && ln -s "$(command -v dirname)" "$folder/few"
result "without gnuplot, what to install" "$(says 1 'apt-get install gnuplot-nox' \
    env PATH="$folder/few" "$BASH" bench/plot.sh "$folder/runs.csv" "$folder")"
mkdir "$folder/some" && ln -s /bin/true "$folder/some/gnuplot"
result "without runs, what to do" "$(says 1 "'make bench' writes it" \
    env PATH="$folder/some:$PATH" bench/plot.sh "$folder/nosuch" "$folder")"

print_results
