#!/bin/bash
# The rules of the source that grep can check, and the documents against the code.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh

# PATTERN may stand only in the named files of the library.
monopoly() {
    local pattern=$1 owner others=()
    shift
    for owner in "$@"; do others+=("--exclude=$owner"); done
    result "$pattern only in $*" "$(grep -rnE "${others[@]}" "$pattern" libmemrestrict)"
}

monopoly '<uthash\.h>' ledger_inside.h
monopoly '<dlfcn\.h>' real.c
monopoly 'getenv\(|\benviron\b' config.h config.c lifecycle.c
monopoly '\bSYS_' kernel.c kernel_copy.c
monopoly '<sys/syscall\.h>' kernel_call.h
monopoly '\bkernel_write\(' kernel.h kernel.c writer.c
monopoly '\bdlsym\(' real.c
monopoly '__libc_single_threaded' counter.h

result "every source file opens with its licence line" \
    "$(grep -L 'SPDX-License-Identifier: MIT' libmemrestrict/*.[ch] memrestrict/*.[ch] include/*.h tests/*/*.[ch] bench/*.c examples/*.c)"

result "no line is longer than 100 columns" \
    "$(LC_ALL=C.UTF-8 grep -nE '^.{101,}' libmemrestrict/*.[ch] memrestrict/*.[ch] include/*.h)"

# The table of settings is the source; the README must name each row.
settings=$(grep -o '{PREFIX "[A-Z_]*"' libmemrestrict/config.c | sed 's/.*"\(.*\)"/MEMRESTRICT_\1/')
for setting in $settings; do
    result "README names $setting" "$(grep -q "^| .$setting. " README.md || echo missing)"
done
# shellcheck disable=SC2016 # backquotes of Markdown
for named in $(grep -o '^| `MEMRESTRICT_[A-Z_]*`' README.md | tr -d '|` '); do
    result "$named of the README exists" "$(grep -qx "$named" <<<"$settings" || echo "no such setting")"
done

print_results
