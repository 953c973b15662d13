#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The ways of limiting a program's memory, side by side: survey.sh BUILD [DOCUMENT]. Each has the same
# limit, and big_alloc (100 KiB a block, each byte written) and Python under it. Prints the table in
# Markdown; with DOCUMENT, puts it there between its two marks. What is not installed, or cannot be had
# here, is a row with the reason. METHODS: only those, by the names of the functions below; ROUNDS, TRIES:
# how often for the cost.
# shellcheck disable=SC2016 # backquotes of Markdown
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "${1:-build}") document=${2:-}
limit=32 # MiB
ample=1024 rounds=${ROUNDS:-20} tries=${TRIES:-5}
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
memrestrict=$build/memrestrict library=$build/libmemrestrict.so
how_far=$build/bench/how_far
cp bench/how_far.c "$scratch"

# Grows by 1 MiB at a time; the count stands in a file.
cat >"$scratch/grow.py" <<'PYTHON'
import os, sys
had, file = [], os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o666)
try:
    for count in range(1, 101):
        had.append(bytearray(1 << 20))
        os.pwrite(file, b"%d\n" % count, 0)
except MemoryError:
    del had
    sys.exit("MemoryError")
PYTHON

# Each method: limited MIB COMMAND...; what it is of, who may use it, and where one reads what came of it.
none() { shift && "$@"; }
ulimit_m() { (ulimit -m $(($1 * 1024)) && shift && "$@"); }
ulimit_v() { (ulimit -v $(($1 * 1024)) && shift && "$@"); }
ulimit_d() { (ulimit -d $(($1 * 1024)) && shift && "$@"); }
tcmalloc() { TCMALLOC_HEAP_LIMIT_MB=$1 LD_PRELOAD=$tcmalloc "${@:2}"; }
preload() { LD_PRELOAD=$library MEMRESTRICT_LIMIT=$1M "${@:2}"; }
command_preload() { "$memrestrict" -l "$1M" -- "${@:2}"; }
command_ptrace() { "$memrestrict" --engine=ptrace -l "$1M" -- "${@:2}"; }
command_rlimit() { "$memrestrict" --engine=rlimit -v -l "$1M" -- "${@:2}"; }
command_cgroup() { "$memrestrict" --engine=cgroup -L "$1M" -- "${@:2}"; }
# The emulated program is of 32 bits: of 64 it has an address that must not be beyond the limit.
qemu() { qemu-i386 -R "$1M" "${@:2}"; }
group=
cgroup_by_hand() {
    group=$groups/survey.$$
    mkdir "$group" && echo "$1M" >"$group/$limit_file" || return 2
    (echo "$BASHPID" >"$group/cgroup.procs" && shift && exec "$@")
    local status=$?
    for _ in 1 2 3 4 5; do
        rmdir "$group" 2>/dev/null && break
        sleep 0.1
    done
    return $status
}
lxc() {
    local before after=() found
    before=$(find /sys/fs/cgroup -name 'lxc*' -type d)
    printf '%s\n' "lxc.cgroup.memory.limit_in_bytes = $1M" "lxc.cgroup2.memory.max = $1M" \
        'lxc.apparmor.profile = unconfined' 'lxc.net.0.type = none' 'lxc.console.path = none' \
        'lxc.tty.max = 0' 'lxc.pty.max = 0' 'lxc.autodev = 0' >"$scratch/lxc.conf"
    lxc-execute -n "survey$$" -f "$scratch/lxc.conf" -q -- "${@:2}"
    local status=$?
    mapfile -t after < <(find /sys/fs/cgroup -depth -name 'lxc*' -type d)
    for found in "${after[@]}"; do
        grep -qxF "$found" <<<"$before" || rmdir "$found" 2>/dev/null
    done
    return $status
}

missing=
needs() { # COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="not installed: $2"
}
find_groups() {
    groups=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
    limit_file=memory.limit_in_bytes
    [ -w "$groups/$limit_file" ] && return
    groups=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup) limit_file=memory.max
    grep -qs memory "$groups/cgroup.subtree_control" && [ -w "$groups" ] || missing="no group may be made here"
}
has_engine() {
    missing=$("$memrestrict" explain | awk -v engine="$1" '/^  [a-z]/ { inside = $1 == engine && $2 == "no:"; $1 = $2 = "" }
        inside { $1 = $1; printf "%s%s", said ? " " : "", $0; said = 1 }' | sed 's/^ *//')
}

# How many seconds of processor time, of all that took part; the least of some.
seconds() { # COMMAND...
    local best=999 now TIMEFORMAT='%U+%S'
    for ((i = 0; i < tries; i++)); do
        now=$({ time "$@" >/dev/null 2>&1 || echo failed >&2; } 2>&1)
        case $now in *failed*) echo 0 && return ;; esac
        best=$(bc <<<"if ($now < $best) $now else $best")
    done
    echo "$best"
}

# What came of a run: its status, what it printed, and how far it got.
outcome() { # STATUS GOT ALL UNIT
    local words
    words=$(grep -hoE 'Cannot allocate memory|MemoryError' "$scratch"/{out,err} | head -n 1)
    if [ "$1" = 0 ] && [ "$2" = "$3" ]; then
        echo "not at all"
    elif [ -n "$words" ]; then
        echo "$2 $4, ENOMEM"
    elif [ "$1" -gt 128 ]; then
        echo "$2 $4, $([ "$1" = 137 ] && echo killed || echo "signal $(($1 - 128))")"
    else
        words=$(grep -hv '^memrestrict:' "$scratch"/{err,out} | tail -n 1 | cut -c 1-60 | tr '|' '/')
        echo "did not start: ${words:-status $1}"
    fi
}
got() { head -n 1 "$scratch/count" 2>/dev/null || echo 0; }
got_blocks() { od -An -td4 -N4 "$scratch/count" 2>/dev/null | tr -d ' ' | grep . || echo 0; }

big_alloc() { # METHOD PROGRAM
    rm -f "$scratch/count"
    { "$1" $limit "$2" "$scratch/count" >"$scratch/out" 2>"$scratch/err"; } 2>/dev/null
    outcome $? "$(got_blocks)" 1000 blocks
}
real() { # METHOD
    rm -f "$scratch/count"
    { "$1" $limit python3 "$scratch/grow.py" "$scratch/count" >"$scratch/out" 2>"$scratch/err"; } 2>/dev/null
    outcome $? "$(got)" 100 MiB
}

# Is this method to be looked at?
wanted() { [ -z "${METHODS:-}" ] || grep -qw "$1" <<<"$METHODS"; }

bare=0
row() { # NAME METHOD COUNTS WHO WHERE [PROGRAM [REAL]]
    local program=${6:-$how_far} real=${7:-} cost=- time
    if ! wanted "$2"; then
        missing=
        return
    fi
    if [ -n "$missing" ]; then
        echo "| $1 | - | - | - | $3 | $4 | $missing |"
        missing=
        return
    fi
    local blocks mib
    blocks=$(big_alloc "$2" "$program")
    mib=${real:-$(real "$2")}
    time=$(seconds "$2" $ample "$program" "$scratch/count" "$rounds")
    [ "$2" = none ] && bare=$time
    [ "$time" != 0 ] && cost=$(awk "BEGIN { printf \"%.2f\", $time / ($bare + ($bare == 0)) }")
    echo "| $1 | $blocks | $mib | $cost | $3 | $4 | $5 |"
}

table() {
    echo "Limit: $limit MiB, which is 327 blocks of 100 KiB. $(uname -sr), $(nproc) processors, $(python3 -V 2>&1); $(date +%Y-%m-%d)."
    echo
    echo "| method | big_alloc: stopped at | Python: stopped at | processor time | what it counts | who may | where you read what happened |"
    echo "|---|---|---|---:|---|---|---|"
    row 'none' none - - -
    row '`ulimit -m`' ulimit_m 'nothing: the kernel takes it and ignores it' anybody nowhere
    row '`ulimit -v`' ulimit_v 'address space, reservations and libraries too; each process' anybody "the program's own words"
    row '`ulimit -d`' ulimit_d 'private writable pages; each process' anybody "the program's own words"
    needs qemu-i386 qemu-user
    gcc -m32 -O2 -w "$scratch/how_far.c" -o "$scratch/how_far32" 2>/dev/null || missing=${missing:-'not installed: gcc-multilib'}
    row '`qemu-i386 -R`' qemu "the guest's address space; each process" anybody "the program's own words" \
        "$scratch/how_far32" 'no Python of 32 bits here'
    find_groups
    row 'a cgroup by hand' cgroup_by_hand 'resident pages of all together, files too' 'root, or whom a part is delegated to' 'the kernel log; status 137'
    needs lxc-execute lxc
    [ "$(id -u)" = 0 ] || missing=${missing:-'tried as root only'}
    row 'lxc-execute' lxc 'the same, by a cgroup' 'root, or with user namespaces set up' 'the kernel log; status 137'
    linker
    tcmalloc=$(find /usr/lib -name 'libtcmalloc_minimal.so.4' 2>/dev/null | head -n 1)
    [ -n "$tcmalloc" ] || missing='not installed: libtcmalloc-minimal4'
    row '`TCMALLOC_HEAP_LIMIT_MB`' tcmalloc "tcmalloc's heap, in its spans" 'anybody, for programs that use tcmalloc' "the program's own words, and tcmalloc's"
    row '`LD_PRELOAD=libmemrestrict.so`' preload 'blocks as asked for, and mapped pages; each process' 'anybody; dynamic programs' "the program's own words; MEMRESTRICT_REPORT"
    row '`memrestrict`' command_preload 'the same, or of a tree' 'anybody; dynamic programs' 'its verdict, JSON, JUnit, TAP, metrics'
    has_engine ptrace
    row '`memrestrict --engine=ptrace`' command_ptrace 'private writable and shared anonymous pages; each process, or a tree' 'anybody; no setuid programs' 'the same'
    row '`memrestrict --engine=rlimit`' command_rlimit 'private writable pages beside its own data; each process' anybody 'its verdict, which knows of no refusals'
    has_engine cgroup
    row '`memrestrict --engine=cgroup`' command_cgroup 'resident pages of all together, files too' 'root, or whom a part is delegated to' "its verdict, with the kernel's count"
}

# It needs an address space that nobody shuffles, and has no limit to set.
linker() {
    local folder=examples/linker-script words
    wanted linker_script || return
    if ! "$folder/build.sh" "$scratch/below" 2>/dev/null || ! words=$(setarch -R "$scratch/below" 2>&1); then
        missing=${words:-'it is made for x86-64'}
        row 'a linker script' linker_script - - -
        return
    fi
    echo "| [a linker script](../$folder/) | not at all | - | - | where the break can grow to | who links the program |" \
        "nowhere: $(tail -n 1 <<<"$words") |"
}

# Between the marks, so that the words around it stay.
put() { # DOCUMENT
    awk -v table="$scratch/table" '/^<!-- survey begins/ { print; while ((getline line < table) > 0) print line; inside = 1 }
        /^<!-- survey ends/ { inside = 0 } !inside && !/^<!-- survey begins/' "$1" >"$scratch/document" && cat "$scratch/document" >"$1"
}

command -v bc >/dev/null || { echo "survey: needs bc" >&2 && exit 1; }
table >"$scratch/table" || exit 1
cat "$scratch/table"
[ -z "$document" ] || put "$document"
