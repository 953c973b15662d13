#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the linker and the compiler can do for the command and the library against their own mistakes
# is in what was built. From the environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
. tests/results.sh
command -v readelf >/dev/null || { echo "SKIP hardening: package binutils"; exit 0; }

has() { # FILE PATTERN READELF-OPTION...
    local file=$1 pattern=$2 all
    shift 2
    all=$(LC_ALL=C readelf -W "$@" "$file" 2>&1)
    grep -qE "$pattern" <<<"$all" || echo "readelf $* says nothing of $pattern"
}
has_not() { # FILE PATTERN READELF-OPTION...
    local file=$1 pattern=$2
    shift 2
    LC_ALL=C readelf -W "$@" "$file" 2>&1 | grep -E "$pattern"
}

for file in "$BUILD/memrestrict" "$BUILD/libmemrestrict.so"; do
    name=${file##*/}
    result "$name may stand anywhere" "$(has "$file" 'Type: +DYN' -h)"
    result "$name is bound at its start, and read-only from then on" \
        "$(has "$file" 'FLAGS_1.*NOW' -d; has "$file" 'GNU_RELRO' -l)"
    result "$name has a stack that is no code" "$(has "$file" 'GNU_STACK .* RW ' -l)"
    result "$name has no page to both write and run" "$(has_not "$file" '^ *LOAD .* RWE ' -l)"
    result "$name has code that no relocation writes to" "$(has_not "$file" 'TEXTREL' -d)"
done

# Our own names have a version, for whom is linked with them; the others must stand in for whatever
# version of the C library's is asked for.
exported=$(nm -D --with-symbol-versions --defined-only "$BUILD/libmemrestrict.so" | awk '$2 != "A" {print $3}')
result "each name of the header has a version, and no other" "$(grep -v '^memrestrict_[a-z_]*@@MEMRESTRICT_1\.0$' <<<"$exported" |
    grep -E '@|memrestrict')"
result "all functions of the header are exported" \
    "$(sed -n 's/^MEMRESTRICT_FUNCTION([^,]*, \([a-z_]*\),.*/memrestrict_\1@@MEMRESTRICT_1.0/p' include/memrestrict.h |
        sort | comm -23 - <(LC_ALL=C sort <<<"$exported"))"

built_with() { LC_ALL=C readelf -p .debug_str "$1" 2>/dev/null | grep -qE -- "$2"; }
if built_with "$BUILD/memrestrict" '-fsanitize'; then
    echo "SKIP stacks and calls of the command: built with a sanitizer"
else
    result "the command's stacks are protected" "$(has "$BUILD/memrestrict" '__stack_chk_fail' --dyn-syms)"
    result "the command's calls know how much room there is" \
        "$(has "$BUILD/memrestrict" 'UND __[a-z]*(printf|read|memcpy|longjmp)[a-z]*_chk' --dyn-syms)"
fi
# Those of the command's checks that musl does not have would keep the library from its programs.
[[ ${CPPFLAGS:-}${CFLAGS:-} == *FORTIFY* ]] ||
    result "the library asks for no glibc function that checks" \
        "$(has_not "$BUILD/libmemrestrict.so" 'UND .*_chk\b' --dyn-syms)"
print_results
