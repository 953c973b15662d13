#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What docs/coverage.md shows is what a user reads: each of its commands is run on a terminal of 80
# columns, and compared with what stands there, but for process IDs and sizes, which are another
# machine's, and so for where lines are broken. From the environment: BUILD, with command, library
# and victims.
set -u
cd "$(dirname "$0")/.." || exit 1
doc=$PWD/docs/coverage.md
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
chmod 755 .
export PATH=$BUILD:$PATH LC_ALL=C.UTF-8 NO_COLOR=1
unset COLUMNS MEMRESTRICT_LIMIT

have() { command -v "$1" >/dev/null 2>&1; }
if ! have script || ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    echo "SKIP what docs/coverage.md shows: no terminal can be had (package bsdutils)"
    exit 0
fi

# The programs that the page names. One that is not here cannot be made on this machine.
cp "$BUILD"/victims/{takes_95M,exec_by,exec_many} .
cp "$BUILD/victims/outside_maps_past_the_library" maps_by_itself
echo 'int main(void) { return 0; }' >static.c
cc -static static.c -o static 2>/dev/null
cp /usr/bin/id su && chown 65534 su 2>/dev/null && chmod 4755 su
[ "$("$PWD/su" -u)" = 65534 ] || rm su
rm static.c

# Why the command cannot be tried here, if it cannot.
missing() { # COMMAND
    local word
    for word in ./static ./su ./takes_95M ./exec_by ./exec_many ./maps_by_itself; do
        [[ $1 != *"$word"* || -x $word ]] || echo "no $word can be made"
    done
    [[ $1 != *valgrind* ]] || have valgrind || echo "package valgrind"
    [[ $1 != *firejail* ]] || { [ "$(id -u)" = 0 ] && firejail --quiet --noprofile true 2>/dev/null; } ||
        echo "no firejail for root"
    [[ $1 != *unshare* ]] || unshare -p -f --mount-proc true 2>/dev/null || echo "no namespaces"
}

# In one line: numbers that are a machine's become #, a command line that is cut to fit beside them
# is cut after its first word, and spaces and line ends become one space.
plain() {
    tr -d '\r' | sed -E 's/(\.\/[^ ]+) [^(]*… \(process/\1 … (process/
        s/\(process [0-9]+\)/(process #)/g; s/process [0-9]+,/process #,/g
        s/^ +[0-9]+ /# /' | tr -s ' \n' ' ' |
        sed -E 's/(peak|has) [0-9.]+( bytes| KiB| MiB)?/\1 #/g; s/ $//'
}

check() { # COMMAND, and what it shows in the file `shown`
    local why
    why=$(missing "$1")
    if [ -n "$why" ]; then
        echo "SKIP $1: $why"
        return
    fi
    printf '%s\n' "$1" >"$folder/command"
    script -qec 'stty cols 80; . ./command' /dev/null </dev/null >said 2>&1
    result "no line is longer than 80: $1" "$(grep -nE '.{81}' shown)"
    result "as shown: $1" "$(diff <(plain <shown) <(plain <said))"
}

# Blocks of ```console: a line with "$ " is a command, and what follows is what it shows.
checked=0
command=
: >shown
in_block=false
while IFS= read -r line; do
    case $in_block:$line in
        false:'```console') in_block=true ;;
        true:'```' | true:'$ '*)
            if [ -n "$command" ]; then
                check "$command" && checked=$((checked + 1))
            fi
            command=${line#'$ '}
            [ "$line" != '```' ] || command='' in_block=false
            : >shown
            ;;
        true:*) printf '%s\n' "$line" >>shown ;;
    esac
done <"$doc"
result "the page has commands" "$([ $checked -gt 10 ] || echo "$checked of them")"

print_results
