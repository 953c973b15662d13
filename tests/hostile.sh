#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Programs that write over all memory that they share with the command, while it looks at them, and
# the command built with AddressSanitizer and UndefinedBehaviorSanitizer: hostile.sh [FIRST LAST],
# seeds. It must neither crash nor hang, whatever they write. From the environment: BUILD, with
# victims/ and the library in it, CC, MAKE.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/results.sh
. tests/results.sh
BUILD=${BUILD:-build}
build=$(cd "$BUILD" && pwd) || exit 1
first=${1:-1} last=${2:-100}
checked=$build/hostile
flags='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'
if ! ${MAKE:-make} --no-print-directory -s -j "$(nproc)" command BUILD="$checked" CFLAGS="$flags" 2>"$build/hostile.log"; then
    cat "$build/hostile.log"
    echo "SKIP hostile programs: no command with sanitizers can be built here"
    exit 0
fi
cp "$build/libmemrestrict.so" "$checked/libmemrestrict.so" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export build checked work
export UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=exitcode=99:detect_leaks=0:abort_on_error=0

# What the command is to do with what the program writes, another thing for each seed.
ways=("-q" "-v" "-v -l 4M" "-v -l 4M --scope=tree" "-v -l 4M -L 16M --timeline=t.csv --interval=2ms"
    "--sites -v" "--site-list=s.json --massif=m --collapsed=c --speedscope=p" "-v --json=j --junit=u --tap=t --prometheus=m"
    "-q --explore=explored" "-v --no-subreaper")


# One seed, in a folder of its own: a line if something was found.
try() {
    local seed=$1 way=${ways[$1 % ${#ways[@]}]} status complaint=
    mkdir "$work/$seed" && cd "$work/$seed" || exit 1
    # shellcheck disable=SC2086 # words of their own
    timeout -s KILL 60 "$checked/memrestrict" run -t 0.4 -k 0.4 $way "$build/victims/hostile_fuzz" "$seed" 30 \
        >out 2>err </dev/null
    status=$?
    [ $status -ne 137 ] || complaint="it hung"
    [ $status -ne 99 ] || complaint="it ended with 99"
    if grep -qE 'Sanitizer|runtime error' err out; then
        complaint=$(grep -hE 'Sanitizer|runtime error' err out | head -n 2)
    fi
    if [ -n "$complaint" ]; then
        cp err "$build/hostile.$seed.err"
        echo "seed $seed ($way): $complaint"
    fi
    cd "$work" && rm -rf "${work:?}/$seed"
}

# At most so many at a time.
jobs=$(nproc)
for ((seed = first; seed <= last; seed++)); do
    [ $(((seed - first) % jobs)) -ne 0 ] || wait
    try "$seed" >>"$work/found" &
done
wait
result "seeds $first to $last" "$(cat "$work/found")"
print_results
