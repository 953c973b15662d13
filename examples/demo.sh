#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: examples/demo.sh LIBRARY        (`make demo` runs it)
#
# Shows real programs of every Debian without a budget, refused, and getting by with less. Ends with
# status 0 only if all that it says was seen to happen.
set -eu
export LC_ALL=C

fail() {
    printf '\ndemo.sh: %s\n' "$1" >&2
    exit 1
}

[ $# -eq 1 ] || fail 'usage: demo.sh LIBRARY'
case $1 in
*[[:space:]:\$\'\"\\]*) fail "the loader or the shell cannot take this path in LD_PRELOAD: $1" ;;
*/*) library=$1 ;;
*) library=./$1 ;;
esac
[ -r "$library" ] || fail "no library at $library: 'make lib' builds it"

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

budget="LD_PRELOAD=$library MEMRESTRICT_LIMIT=5M MEMRESTRICT_REPORT=stderr"

echo '1. Without a budget: shuf puts two million numbers in random order. It holds them all, 16 MB.'
echo
run 'shuf -i 1-2000000 | wc -l'
expect '^ *2000000$' 'shuf without a limit gives two million lines'

echo
echo '2. In 5 MiB: malloc says no, and shuf says so in its own words. The report has the figures.'
echo
run "$budget shuf -i 1-2000000"
[ "$status" -eq 1 ] || fail "this did not happen: shuf ends with status 1 (it was $status)"
expect '^shuf: .*memory' 'shuf says that there is no memory'
expect '^  limit +5242880 bytes' 'the report names the limit'
expect '^  refused +1, first: [a-z]+ of (8|16)000000 bytes' 'the report names the first refusal'

echo
echo '3. Also in 5 MiB: sort is refused, asks for less, uses temporary files, and ends well.'
echo
run "seq 2000000 -1 1 | $budget sort -n | tail -n 1"
expect '^2000000$' 'sort gives the right last line'
expect '^  refused +[1-9]' 'sort was refused at least once'
