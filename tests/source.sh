#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The rules of the source that grep can check, and the documents against the code.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh

# The files that a rule is of, in whatever folder below. A rule over nothing would hold for ever.
sources() { # FOLDER... -- PATTERN...
    local folders=() names=() name found
    while [ "$1" != -- ]; do folders+=("$1") && shift; done
    shift
    for name in "$@"; do names+=(-o -name "$name"); done
    mapfile -t found < <(find "${folders[@]}" -type f \( "${names[@]:1}" \) | sort)
    files=("${found[@]}")
    result "there is $* below ${folders[*]}" "$([ "${#found[@]}" -gt 0 ] || echo nothing)"
}

# PATTERN may stand only in the named files of the library.
monopoly() {
    local pattern=$1 owner others=()
    shift
    for owner in "$@"; do
        others+=("--exclude=$owner")
        sources libmemrestrict -- "$owner"
    done
    result "$pattern only in $*" "$(grep -rnE "${others[@]}" "$pattern" libmemrestrict)"
}

monopoly '<uthash\.h>' ledger_inside.h
result "uthash.h only in memrestrict/base/hash.h" "$(grep -rl '<uthash\.h>' memrestrict | grep -vx memrestrict/base/hash.h)"
monopoly '<dlfcn\.h>' real.c
monopoly 'getenv\(|\benviron\b' config.h config.c lifecycle.c process.c interpose_exec.c
monopoly '\bSYS_' kernel.c kernel_inode.c kernel_copy.c kernel_exec.c kernel_exec.h kernel_eventfd.c kernel_threads.c
monopoly '<sys/syscall\.h>' kernel_call.h
monopoly '\bkernel_write\(' kernel.h kernel.c writer.c kernel_eventfd.c
monopoly '\bdlsym\(' real.c
monopoly '__libc_single_threaded' counter.h
monopoly '__(x86_64|i386|aarch64|LP64|arm|riscv|powerpc|s390x?)__' arch.h
monopoly '__asm__' x86_64.h i386.h aarch64.h
monopoly '\bREG_R|\buc_mcontext\b' x86_64.h aarch64.h

# The memory that a run shares with its processes: the command goes there through one door each.
door() { # PATTERN FILE...
    local pattern=$1 owner others=()
    shift
    for owner in "$@"; do
        others+=("--exclude=$owner")
        sources memrestrict -- "$owner"
    done
    result "in the command $pattern only in $*" "$(grep -rnE --include='*.[ch]' "${others[@]}" "$pattern" memrestrict)"
}

door '"common/accounts\.h"' roster_inside.h
door '"run/roster_inside\.h"' roster.c roster_loan.c roster_memory.c roster_notes.c roster_outer.c roster_own.c roster_read.c roster_write.c
door '"common/sites_area\.h"' sites_memory.c sites_read.c sites_lost.c
door '"common/explore_area\.h"' explore_memory.c
door '\b_Atomic\b|stdatomic|\batomic_' roster.c roster_loan.c roster_memory.c roster_notes.c roster_outer.c roster_own.c roster_read.c roster_write.c sites_read.c sites_lost.c explore_memory.c run_card.c
door '\bkill\(' supervise.c signals.c group_probe.c trial.c leftovers.c tracer.c trace.c cgroup.c

sources libmemrestrict memrestrict include tests bench examples -- '*.[ch]' '*.cc'
result "every source file opens with its licence line" "$(grep -L 'SPDX-License-Identifier: MIT' "${files[@]}")"
result "every function has 60 lines at most" "$(awk '
    FNR == 1 { began = 0 }
    /^\{/ { began = FNR }
    /^\}/ { if (began && FNR - began + 1 > 60) print FILENAME ":" began ": " FNR - began + 1 " lines"; began = 0 }
    ' "${files[@]}")"

sources libmemrestrict memrestrict include -- '*.[ch]'
result "no line is longer than 100 columns" "$(LC_ALL=C.UTF-8 grep -nE '^.{101,}' "${files[@]}")"
# The public header is one file, for who copies it.
result "every file has 450 lines at most" "$(wc -l "${files[@]}" |
    awk '$1 > 450 && $2 != "total" && $2 != "include/memrestrict.h"')"
result "every file is where the Makefile looks for it" "$(find libmemrestrict memrestrict -mindepth 3 -name '*.[ch]')"

result "who needs a lock says so by its name, and not in words" \
    "$(grep -rniE 'under (the|its|their) lock\.? ?(\*/|$)|\* under (the|its|their) lock:' libmemrestrict memrestrict --include='*.[ch]')"

# Definitions of functions that need a lock held, and which of them do not assert that it is.
locked_functions() { # unasserted|all FILE...
    awk -v which="$1" '
        FNR == 1 { name = ""; inside = 0 }
        !inside && /^[a-z]/ && match($0, /[a-z_0-9]+_locked\(/) {
            name = substr($0, RSTART, RLENGTH - 1)
            if (name ~ /_assert_locked$/) name = ""
        }
        /;$/ && !inside { name = "" }
        /^\{/ { inside = 1; asserts = 0 }
        inside && /(lock_assert_held|_assert_locked)\(/ { asserts = 1 }
        /^\}/ {
            if (name != "" && (which == "all" || !asserts)) print FILENAME ": " name
            name = ""; inside = 0
        }
        name != "" && !inside && /\}$/ { print FILENAME ": " name; name = "" }
    ' "${@:2}"
}
sources libmemrestrict -- '*.[ch]'
result "there are functions that need a lock" \
    "$([ "$(locked_functions all "${files[@]}" | wc -l)" -gt 40 ] || echo "fewer than there were")"
result "each of them asserts that it is held" "$(locked_functions unasserted "${files[@]}")"

# Each pattern for files, and each file that is left out of one, is of something.
patterns() { # FILE
    grep -vE '^[[:space:]]*#' "$1" | grep -oE '(^|[ (])[a-z][A-Za-z0-9_./*-]*/[A-Za-z0-9_.*-]*\*[A-Za-z0-9_.*-]*' | tr -d ' (' | sort -u
}
for maker in Makefile tests/run.sh; do
    mapfile -t found < <(patterns "$maker")
    result "$maker has patterns for files" "$([ "${#found[@]}" -gt 0 ] || echo none)"
    for pattern in "${found[@]}"; do
        result "$pattern of $maker matches" "$(compgen -G "$pattern" >/dev/null || echo "no such file")"
    done
done
mapfile -t found < <(sed -nE 's/.*filter-out ([^, ]*).*/\1/p' Makefile)
for left_out in "${found[@]}"; do
    name=${left_out##*/}
    result "$left_out, left out by the Makefile, is there" \
        "$(find libmemrestrict memrestrict bench -name "${name%.o}*" | grep -q . || echo "no such file")"
done

# What a terminal is told stands in one place.
sources memrestrict/base -- 'terminal.[ch]'
result "escapes for a terminal only in base/terminal" \
    "$(grep -rnE '"[^"]*\\(033|x1b|e)\[' memrestrict --include='*.[ch]' | grep -v '^memrestrict/base/terminal\.')"

# The table of settings is the source; the README must name each row.
settings=$(grep -rho '{PREFIX "[A-Z_]*"' libmemrestrict --include=config.c | sed 's/.*"\(.*\)"/MEMRESTRICT_\1/')
result "there are settings" "$([ -n "$settings" ] || echo none)"
for setting in $settings; do
    result "README names $setting" "$(grep -q "^| .$setting. " README.md || echo missing)"
done
# shellcheck disable=SC2016 # backquotes of Markdown
for named in $(grep -o '^| `MEMRESTRICT_[A-Z_]*`' README.md | tr -d '|` '); do
    result "$named of the README exists" "$(grep -qx "$named" <<<"$settings" || echo "no such setting")"
done

print_results
