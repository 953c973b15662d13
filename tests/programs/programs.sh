#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Real programs under the library: tests/programs/programs.sh BUILD [short|long] [NAME-PATTERN]
#
# A row of rows.sh is a small script. It is run bare, under a limit that nothing meets and under a
# sane one, and must print the same and end the same each time, with no refusal and with figures that
# balance. A limit row runs under a limit that its work must meet: it must end as it says itself,
# in its own words, refused and within the limit. A row is run under the command, too, if that is
# there, where nothing must fail -e. Output is TAP-like; status 1 if anything failed.
#
# ENGINE=ptrace: the rows, without their limits, under that engine of the command, BUILD/memrestrict,
# and a limit that nothing meets; the records are held against the kernel's after each call.
set -u
shopt -s extglob # a pattern may be @(one|other)
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pattern=${3:-*}
engine=${ENGINE:-} memrestrict=$(realpath "$1/memrestrict" 2>/dev/null)
readonly here pattern engine memrestrict
readonly plenty=64G no_report='no process wrote a report' patience=${PROGRAMS_TEST_PATIENCE:-900}

usage() {
    echo "usage: $0 BUILD [short|long] [NAME-PATTERN]" >&2
    exit 2
}

if [ $# -lt 1 ] || [ $# -gt 3 ]; then usage; fi
case ${2:-short} in
short) want_long=false ;;
long) want_long=true ;;
*) usage ;;
esac
if [ ! -r "$1/libmemrestrict.so" ]; then
    echo "$0: no $1/libmemrestrict.so: 'make lib' first" >&2
    exit 2
fi

# Everything is here, also for users other than this one (postgres will not run as root), and in a
# path that LD_PRELOAD can take: it splits at spaces.
work=$(mktemp -d "${TMPDIR:-/tmp}/memrestrict.XXXXXX") || exit 2
readonly work
chmod 755 "$work"
mkdir "$work/in" "$work/reports"
chmod 1777 "$work/reports"
cp "$1/libmemrestrict.so" "$work/libmemrestrict.so"
[ ! -x "$1/memrestrict" ] || cp "$1/memrestrict" "$work/memrestrict"
trap 'end_leftovers >/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# A row may say others: sane=1G giants=true row ...
sane=2G      # a limit that its work meets nowhere near
under=()     # a command that runs the script
giants=false # it asks for more than any machine has, and is refused
alarm=       # words, as grep -E has them, of what is rightly said to be not limited of it
count=0 passed=0 failed=0 skipped=0 row_active=false row_name=

skip() {
    count=$((count + 1)) skipped=$((skipped + 1))
    echo "ok $count - $1 # SKIP $2"
}

# verdict NAME DIAGNOSIS: it passed if there is nothing to say.
verdict() {
    count=$((count + 1))
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok $count - $1"
        return
    fi
    failed=$((failed + 1))
    echo "not ok $count - $1"
    head -c 4000 <<<"$2" | sed 's/^/# /'
}

# Processes of a row that still run: by where they are, or by a variable that only they have.
leftovers() {
    find /proc -maxdepth 2 -name cwd \( -lname "$work" -o -lname "$work/*" \) 2>/dev/null |
        cut -d/ -f3
    grep -slzx "PROGRAMS_TEST_WORK=$work" /proc/[0-9]*/environ | cut -d/ -f3
}

# Waits a minute for what is on its way out, then kills the rest and names it.
end_leftovers() {
    local tries pid left=
    for ((tries = 0; tries < 600; tries++)); do
        left=$(leftovers | sort -un)
        [ -n "$left" ] || return 0
        sleep 0.1
    done
    for pid in $left; do
        echo "left running: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 200)"
        kill -9 "$pid" 2>/dev/null
    done
}

# Runs the row's script in a folder of the same name each time, with VARIABLE=VALUE ... added to an
# environment that is the same everywhere. Leaves $work/NAME.out, .err and .status.
run_script() {
    local name=$1
    shift
    rm -rf "$work/run" "$work/reports"/*
    mkdir -p "$work/run/tmp" "$work/run/home"
    (
        cd "$work/run" || exit 2
        ulimit -c "${core_size:-0}"
        exec env -i PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C.UTF-8 TZ=UTC TERM=dumb \
            HOME="$work/run/home" TMPDIR="$work/run/tmp" IN="$work/in" \
            PYTHON="${PYTHON:-}" PYTHONHASHSEED=0 RUSTC="${RUSTC:-}" PROGRAMS_TEST_WORK="$work" \
            timeout -k 10 "$patience" env "$@" "${under[@]}" bash -o pipefail "$work/script"
    ) </dev/null >"$work/$name.out" 2>"$work/$name.err"
    echo $? >"$work/$name.status"
    end_leftovers >>"$work/$name.err"
}

status_of() {
    case $(<"$work/$1.status") in
    124 | 137) echo "124 (killed: it hung)" ;;
    *) cat "$work/$1.status" ;;
    esac
}

# What differs between two runs, or nothing.
difference() {
    local part
    if [ "$(status_of "$1")" != "$(status_of "$2")" ]; then
        echo "status $(status_of "$1") $1, $(status_of "$2") $2"
        tail -n 5 "$work/$2.err"
    fi
    for part in out err; do
        cmp -s "$work/$1.$part" "$work/$2.$part" && continue
        echo "std$part $1 (<) and $2 (>):"
        diff -a "$work/$1.$part" "$work/$2.$part" | head -n 20
    done
}

# Reads the reports of all processes of a run. A report is
#   memrestrict: NAME (process N)
#     limit         N bytes ...
#     used          N bytes ...
# and so on; see libmemrestrict/decide/report.c. WANT is "clean" (nothing was refused, nothing was unknown,
# and what is charged is what is live), "giants" (the same but for refusals), or "refused" (within the
# limit, and somebody was refused).
read_reports() {
    cat "$work/reports"/* 2>/dev/null | awk -v want="$1" -v no_report="$no_report" '
        function wrong(what) { print name ": " what }
        /^memrestrict: /  { name = $2 " " $4; reports++ }
        $1 == "limit"     { limit = $2 }
        $1 == "used"      { used = $2 }
        $1 == "peak"      { peak = $2; if (limit != "unlimited" && peak + 0 > limit + 0) wrong("peak " peak ", limit " limit) }
        $1 == "refused"   { refused += $2; if (want == "clean" && $2 + 0 > 0) wrong($0) }
        $1 == "unknown"   { if (want != "refused" && $3 > 0) wrong($0) }
        $1 == "live" && want != "refused" {
            split($0, half, ";"); split(half[1], blocks, ","); split(half[2], regions, ",")
            live = blocks[2] + regions[2]
            if (used != live) wrong("used " used ", but live " live)
        }
        END {
            if (reports == 0) print no_report
            else if (want == "refused" && refused == 0) print "nothing was refused; peak " peak
        }'
}

missing() {
    local need command
    for need in "$@"; do
        command=${need%%:*}
        PATH="$PATH:/usr/sbin:/sbin" command -v "$command" >/dev/null && continue
        echo "no $command (package ${need#*:})"
        return
    done
}

# row LENGTH NAME NEEDS < SCRIPT. LENGTH is short or long: a short run leaves the long rows out.
# NEEDS are the commands that must be there, each as COMMAND or COMMAND:PACKAGE.
row() {
    local length=$1 needs lacking
    row_name=$2 row_active=false
    cat >"$work/script"
    # shellcheck disable=SC2254 # it is a pattern
    case $row_name in $pattern) ;; *) return ;; esac
    [ "$length" = short ] || $want_long || return
    read -ra needs <<<"$3"
    lacking=$(missing "${needs[@]}")
    if [ -n "$lacking" ]; then
        skip "$row_name" "$lacking"
        return
    fi
    if [ -n "$engine" ]; then
        by_engine
    else
        row_active=true
        transparent
    fi
}

by_engine() {
    local wrong
    case $row_name in
    gdb | strace) skip "$row_name under $engine" 'it traces, which the kernel lets nobody do there' && return ;;
    esac
    run_script bare
    under=("$memrestrict" -q "--engine=$engine" -l "$plenty" "--json=$work/figures" --)
    run_script "$engine" TEST_OF_MEMRESTRICT_PTRACE=verify
    under=()
    sed -i '/^memrestrict: what .* left running was ended/d' "$work/$engine.err" # helpers that end by themselves
    wrong=$(bare_failure; difference bare "$engine"; engine_figures)
    verdict "$row_name under $engine" "$wrong"
}

engine_figures() {
    # a row whose script asks for more than any machine has is refused here, too
    jq -r --arg giants "$giants" '(.warnings[] | select(test("records were not"))),
        (select($giants == "false") | .processes[] | select(.refusals > 0) | "\(.program): refused \(.refusals)")' \
        "$work/figures" 2>&1 | head -n 5
}

transparent() {
    local preload=LD_PRELOAD=$work/libmemrestrict.so wrong
    run_script bare
    run_script "$plenty" "$preload" "MEMRESTRICT_LIMIT=$plenty"
    wrong=$(bare_failure; difference bare "$plenty"; under_sane_limit)
    if [ -n "$wrong" ]; then
        run_script again
        [ -z "$(difference bare again)" ] || wrong+=$'\n'"(two bare runs differ too)"
    fi
    verdict "$row_name" "$wrong"
    no_alarm
}

# In a short run three that start others in all their ways stand for all.
is_alarm_row() {
    $want_long && ! $giants && return
    case $row_name in bash | dash | git) ;; *) return 1 ;; esac
}

# Under the command, with a limit that nothing meets, what is all limited fails nothing.
no_alarm() {
    local said wrong=
    [ -x "$work/memrestrict" ] && is_alarm_row || return
    run_script commanded "$work/memrestrict" -l 4G -e 9
    said=$(grep -aE '^memrestrict: (not |limited alone|exit 9|past )' "$work/commanded.err")
    if [ -n "$alarm" ]; then
        grep -qE "$alarm" <<<"$said" || wrong="nothing said $alarm: $said"
    elif [ "$(status_of bare)" != "$(status_of commanded)" ]; then
        wrong="status $(status_of bare) bare, $(status_of commanded) under the command"$'\n'$(
            grep -a '^memrestrict: ' "$work/commanded.err" || tail -n 5 "$work/commanded.err")
    fi
    verdict "$row_name raises no alarm" "$wrong"
}

# A thread that allocates while its process reports can unbalance the figures, but not each time.
under_sane_limit() {
    local figures tries want=clean
    ! $giants || want=giants
    for tries in 1 2 3; do
        run_script "$sane" "$preload" "MEMRESTRICT_LIMIT=$sane" "MEMRESTRICT_REPORT=$work/reports/%e.%p"
        figures=$(read_reports $want)
        [[ $figures == *", but live "* ]] || break
    done
    difference bare "$sane"
    [ -z "$figures" ] || echo "$figures"
}

bare_failure() {
    [ "$(<"$work/bare.status")" != 0 ] || return
    echo "bare, status $(status_of bare)"
    tail -n 5 "$work/bare.err"
}

# limit BYTES PROGRAM STATUS WORDS < SCRIPT. Belongs to the row before it, and needs what that needs.
# Only PROGRAM (as MEMRESTRICT_PROGRAM takes it) is limited. STATUS is an extended regular expression
# for the script's whole status, WORDS one for a line of what it says. STATUS "same" is for a program
# that gets by with less: it must end and print as it does bare.
limit() {
    local bytes=$1 program=$2 status=$3 words=$4 name="$row_name at $1" wrong
    cat >"$work/script"
    $row_active || return
    local settings=("LD_PRELOAD=$work/libmemrestrict.so" "MEMRESTRICT_LIMIT=$bytes"
        "MEMRESTRICT_PROGRAM=$program" "MEMRESTRICT_REPORT=$work/reports/%e.%p")
    run_script limited "${settings[@]}"
    if [ "$status" = same ]; then
        wrong=$(read_reports refused)
        run_script bare
        wrong+=$(difference bare limited)
    else
        wrong=$(ended_well "$status" "$words")
    fi
    verdict "$name" "$wrong"
}

ended_well() {
    local status
    status=$(status_of limited)
    grep -qxE "$1" <<<"$status" || echo "status $status, not $1"
    cat "$work/limited.out" "$work/limited.err" | grep -qaE "$2" || {
        echo "no line has $2; these are the last:"
        tail -n 10 "$work/limited.err"
    }
    refused
    case $status in
    132 | 135 | 136 | 139) crashed_inside_us ;;
    esac
}

# A process that a signal ends, or that leaves without the C library, writes no report: then a second
# run must warn of the refusal.
refused() {
    local reported
    reported=$(read_reports refused)
    if [ "$reported" = "$no_report" ]; then
        run_script warned "${settings[@]}" MEMRESTRICT_ON_REFUSAL=warn
        grep -qa '^memrestrict: .*: refused ' "$work/warned.err" || echo "nothing was refused"
    else
        [ -z "$reported" ] || echo "$reported"
    fi
}

# Some programs recurse in their own handler for want of memory until the stack is gone, by chance in
# our first instruction. So a crash is ours if it is in our code and not at the stack's end.
crashed_inside_us() {
    local core core_size=unlimited
    command -v gdb >/dev/null || return
    run_script crashed "${settings[@]}"
    for core in "$work"/run/core*; do
        [ -e "$core" ] || return
        gdb -batch -x /dev/stdin "$(command -v "$program")" "$core" >"$work/gdb" 2>/dev/null <<'GDB'
info symbol $pc
printf "%ld from the stack pointer\n", (long)$_siginfo._sifields._sigfault.si_addr - (long)$sp
bt 5
GDB
        grep -q ' in section .*libmemrestrict' "$work/gdb" || continue
        grep -qxE -- '-?[0-9]{1,5} from the stack pointer' "$work/gdb" || cat "$work/gdb"
    done
}

# Where wrappers stand before the real thing (pyenv, rustup), the real thing is what is tested.
find_tools() {
    PYTHON=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null)
    RUSTC=$(rustc --print sysroot 2>/dev/null)/bin/rustc
    [ -x "$RUSTC" ] || RUSTC=
    if "$PYTHON" -c 'import test.test_mmap, test.libregrtest' 2>/dev/null; then
        # shellcheck disable=SC2317 # rows name it as a command that they need
        python-tests() { :; }
    fi
}

main() {
    find_tools
    # shellcheck source-path=SCRIPTDIR source=inputs.sh
    . "$here/inputs.sh"
    # shellcheck source-path=SCRIPTDIR source=rows.sh
    . "$here/rows.sh"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

main; exit
