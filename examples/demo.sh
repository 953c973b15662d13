#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: examples/demo.sh MEMRESTRICT        (`make demo` runs it; the library is beside it)
#
# Shows real programs of every Debian without a budget, refused, and getting by with less. Ends with
# status 0 only if all that it says was seen to happen.
set -eu
export LC_ALL=C

fail() {
    printf '\ndemo.sh: %s\n' "$1" >&2
    exit 1
}

[ $# -eq 1 ] || fail 'usage: demo.sh MEMRESTRICT'
case $1 in
*[[:space:]:\$\'\"\\]*) fail "the loader or the shell cannot take this path: $1" ;;
*/*) memrestrict=$1 ;;
*) memrestrict=./$1 ;;
esac
[ -x "$memrestrict" ] || fail "no command at $memrestrict: 'make all' builds it"
library=${memrestrict%/*}/libmemrestrict.so

seen=$(mktemp)
trap 'rm -f "$seen"' EXIT

# Prints a command as it may be copied, then what it says, and keeps both for expect.
run() {
    status=0
    printf '$ %s\n' "$1"
    sh -c "$1" >"$seen" 2>&1 || status=$?
    head -n 20 "$seen"
}

expect() {
    grep -Eq "$1" "$seen" || fail "this did not happen: $2"
}

echo '1. How much does shuf take to put two million numbers in random order? It holds them all.'
echo
run "$memrestrict -v shuf -i 1-2000000 | wc -l"
expect '^ *2000000$' 'shuf without a limit gives two million lines'
expect '^memrestrict: shuf: nothing refused \(peak (15|30)\.[0-9] MiB' 'the verdict has the peak'

echo
echo '2. In 5 MiB: malloc says no, shuf says so in its own words, and the verdict says what happened.'
echo
run "$memrestrict -l 5M shuf -i 1-2000000"
[ "$status" -eq 1 ] || fail "this did not happen: shuf ends with status 1 (it was $status)"
expect '^shuf: .*memory' 'shuf says that there is no memory'
expect '^memrestrict: shuf: refused 1 allocation \([a-z]+ of (7|15)\.[0-9] MiB at .* of 5\.0 MiB\), exit 1$' \
    'the verdict names the refusal'

echo
echo '3. Also in 5 MiB: sort is refused, asks for less, uses temporary files, and ends well.'
echo
run "seq 2000000 -1 1 | $memrestrict -l 5M sort -n | tail -n 1"
expect '^2000000$' 'sort gives the right last line'
expect '^memrestrict: sort: refused [0-9]+ allocations? .*, survived, exit 0$' 'the verdict says that sort survived'

echo
echo '4. The library alone does the limiting; all of it is in the environment.'
echo
run "LD_PRELOAD=$library MEMRESTRICT_LIMIT=5M MEMRESTRICT_REPORT=stderr shuf -i 1-2000000"
[ "$status" -eq 1 ] || fail "this did not happen: shuf ends with status 1 (it was $status)"
expect '^shuf: .*memory' 'shuf says that there is no memory'
expect '^  limit +5242880 bytes' 'the report names the limit'
expect '^  refused +1, first: [a-z]+ of (8|16)000000 bytes' 'the report names the first refusal'
