#!/bin/bash
# SPDX-License-Identifier: MIT
#
# --leaks beside valgrind and LeakSanitizer: each kind of tests/leaks.txt as it says there, and real
# programs, of which valgrind is to find the same numbers of blocks lost, definitely and indirectly.
# What is not there is skipped. BUILD is the folder with memrestrict and victims/ (default: build).
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
root=$PWD
BUILD=$(realpath "${BUILD:-build}")
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
printf 'char *kept; __thread char *own;' | "${CC:-cc}" -shared -fPIC -xc - -o l.so

# "DEFINITELY INDIRECTLY POSSIBLY", in blocks, of the process itself.
by_us() { # PROGRAM [ARGUMENT]...
    timeout 60 "$BUILD/memrestrict" -q --leaks --json=j "$@" </dev/null >/dev/null 2>&1
    jq -r '.pid as $p | [.processes[] | select(.pid == $p) | .leaks | select(.looked)] | last |
        "\(.lost.blocks) \(.indirectly.blocks) \(.possibly.blocks)"' j
}

by_valgrind() {
    timeout 120 valgrind --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=none "$@" \
        </dev/null 2>&1 >/dev/null | tr -d , | awk '/definitely lost:/ { d = $7 }
            /indirectly lost:/ { i = $7 } /possibly lost:/ { p = $7 } END { print d + 0, i + 0, p + 0 }'
}

by_sanitizer() {
    timeout 60 "$@" </dev/null 2>&1 >/dev/null |
        awk '/^Direct leak of/ { d += $7 } /^Indirect leak of/ { i += $7 } END { print d + 0, i + 0 }'
}

for victim in leaks_in_many_ways leaks_in_threads; do
    [ "${CC:-cc}" != none ] && "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-builtin -pthread -fsanitize=leak \
        "$root/tests/victims/$victim.c" -o "sanitized_$victim" -ldl 2>/dev/null
done
has_sanitizer=$([ -x sanitized_leaks_in_threads ] && [ "$(by_sanitizer ./sanitized_leaks_in_many_ways chain)" = "1 2" ] && echo yes)
has_valgrind=$(command -v valgrind)
[ -n "$has_valgrind" ] || echo "SKIP valgrind is not there"
[ -n "$has_sanitizer" ] || echo "SKIP -fsanitize=leak does not work here"

expect() { # WHO KIND EXPECTED FOUND
    result "$1: $2" "$([ "$3" = "$4" ] || echo "found $4, not $3")"
}

while read -r kind d i p vd vi vp ld li rest; do
    case $kind in '#' | '') continue ;; esac
    victim=leaks_in_many_ways
    grep -q "{\"$kind\"," "$root/tests/victims/leaks_in_threads.c" && victim=leaks_in_threads
    expect memrestrict "$kind" "$d $i $p" "$(by_us "$BUILD/victims/$victim" "$kind")"
    [ -z "$has_valgrind" ] || expect valgrind "$kind" "$vd $vi $vp" "$(by_valgrind "$BUILD/victims/$victim" "$kind")"
    [ -z "$has_sanitizer" ] || [ "$ld" = - ] ||
        expect LeakSanitizer "$kind" "$ld $li" "$(by_sanitizer "./sanitized_$victim" "$kind")"
done <"$root/tests/leaks.txt"

# Real programs, with the same environment.
real() { # NAME PROGRAM [ARGUMENT]...
    [ -n "$has_valgrind" ] || return 0
    command -v "$2" >/dev/null || { echo "SKIP $2 is not there"; return 0; }
    local ours theirs
    ours=$(by_us "${@:2}") theirs=$(by_valgrind "${@:2}")
    echo "$1: here $ours, valgrind $theirs (definitely, indirectly, possibly)"
    expect "$1" "as valgrind" "${theirs% *}" "${ours% *}"
}
export PERL_HASH_SEED=0 PYTHONHASHSEED=0 PYTHONMALLOC=malloc GIT_CONFIG_NOSYSTEM=1
seq 1000 >numbers
real tar tar cf archive.tar numbers
real sort sort -n numbers
# shellcheck disable=SC2016 # for perl
real perl perl -e 'my %h = map { $_ => 1 } 1 .. 100; print scalar keys %h'
real sqlite3 sqlite3 :memory: 'create table t(a); insert into t values(1); select * from t'
real python3 /usr/bin/python3 -c 'print(sum(range(10)))'
real git git -C "$root" log -1 --oneline
print_results
