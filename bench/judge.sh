#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a judged program pays beside a bare one: milliseconds at its start, and the ratio of the times
# of one that computes and of two that read and write; the least of ROUNDS (default 15) each,
# interleaved. From the environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
judge=$(realpath "${BUILD:-build}/memrestrict")
rounds=${ROUNDS:-15}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

program() { # NAME
    "${CC:-cc}" -O2 -x c - -o "$1" || exit 1
}
program starts <<<'int main(void) { return 0; }'
program computes <<<'int main(void) { volatile double x = 1; for (long i = 0; i < 20000000; i++) x = x * 1.0000001 + 0.1;
    return x < 0; }'
program "reads, 4 KiB" <<<'#include <unistd.h>
    char a[4096]; int main(void) { for (long n; (n = read(0, a, 4096)) > 0;) if (write(1, a, n) != n) return 1; return 0; }'
program "reads, 16 bytes" <<<'#include <unistd.h>
    char a[16]; int main(void) { for (long n; (n = read(0, a, 16)) > 0;) if (write(1, a, n) != n) return 1; return 0; }'
head -c 60000000 /dev/zero >"starts.in" && ln -s starts.in "computes.in" && ln -s starts.in "reads, 4 KiB.in"
head -c 2000000 /dev/zero >"reads, 16 bytes.in"

milliseconds() { # NAME COMMAND...: microseconds, in fact
    local began=${EPOCHREALTIME/./}
    "${@:2}" <"$1.in" >out 2>err
    echo $((${EPOCHREALTIME/./} - began))
}
least() { sort -n "$1" | head -n 1; }

for name in starts computes "reads, 4 KiB" "reads, 16 bytes"; do
    rm -f bare judged limited
    for ((i = 0; i < rounds; i++)); do
        milliseconds "$name" "./$name" >>bare
        milliseconds "$name" "$judge" judge -l 64M --time=60s -- "./$name" >>judged
        milliseconds "$name" "$judge" judge -l 64M --time=60s --output-limit=1G -- "./$name" >>limited
    done
    awk -v name="$name" -v bare="$(least bare)" -v judged="$(least judged)" -v limited="$(least limited)" 'BEGIN {
        printf "%-16s bare %8.1f ms, judged %8.1f ms (%.3f), with --output-limit %8.1f ms (%.3f)\n",
            name, bare / 1000, judged / 1000, judged / bare, limited / 1000, limited / bare }'
done
