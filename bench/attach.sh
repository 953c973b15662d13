#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a process pays while `memrestrict attach` limits it: the time of a round of work before, with
# it, and after it has left; the least of ROUNDS (default 7) rounds each. From the environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
memrestrict=$(realpath "${BUILD:-build}/memrestrict")
rounds=${ROUNDS:-7}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# Says how many nanoseconds one step of each round took, until it is told to end.
cat >work.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static void call(void) { syscall(SYS_getppid); }
static void map(void) { munmap(mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096); }
static void heap(void) { char *p = malloc(1000); memset(p, 1, 1000); free(p); }
static void compute(void) { for (volatile int i = 0; i < 1000; i++) ; }
static void transfer(void) { static char a[65536]; static int fd[2]; if (fd[1] == 0 && pipe(fd)) exit(1);
    if (write(fd[1], a, sizeof a) != sizeof a || read(fd[0], a, sizeof a) != sizeof a) exit(1); }
int main(int argc, char **argv)
{
    static const struct { const char *name; void (*step)(void); int steps; } all[] = {{"getppid", call, 5000},
        {"mmap and munmap", map, 2000}, {"64 KiB through a pipe", transfer, 500}, {"malloc and free", heap, 200000},
        {"computing", compute, 5000}};
    struct timespec from, to;
    for (unsigned i = 0; argc == 2; i = (i + 1) % 5) {
        if (i == 0 && access("over", F_OK) == 0) break;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int n = 0; n < all[i].steps; n++) all[i].step();
        clock_gettime(CLOCK_MONOTONIC, &to);
        FILE *file = fopen("times", "a");
        fprintf(file, "%s\t%.1f\n", all[i].name, ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / all[i].steps);
        fclose(file);
    }
    return argv[0] == 0;
}
C
"${CC:-cc}" -O2 -fno-builtin -w work.c -o work || exit 1

# So many whole rounds; the first may have begun before.
collect() { # FILE
    rm -f times
    until [ "$(grep -c computing times 2>/dev/null)" -gt "$rounds" ] 2>/dev/null; do sleep 0.05; done
    sed 1,5d times >"$1"
}
: >"times"
./work on &
pid=$!
collect before
"$memrestrict" attach -l 1G "$pid" 2>said &
attached=$!
until [ -s said ]; do sleep 0.01; done
collect during
kill "$attached" && wait "$attached"
collect after
: >over
wait "$pid"
awk -F '\t' 'function least(file) { return min[file, $1] }
    { if (!((FILENAME, $1) in min) || $2 < min[FILENAME, $1]) min[FILENAME, $1] = $2; if (!($1 in seen)) { seen[$1]; name[n++] = $1 } }
    END { for (i = 0; i < n; i++) { x = name[i]; b = min["before", x]; d = min["during", x]; a = min["after", x]
        printf "%-22s %8.2f us, attached %8.2f us (%.2f times), left %8.2f us (%.2f)\n", x, b / 1000, d / 1000, d / b, a / 1000, a / b } }' \
    before during after
