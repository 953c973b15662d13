#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every C and C++ source is as clang-format 14 makes it by .clang-format. Other versions break lines
# elsewhere, so with them there is nothing to say. CLANG_FORMAT names another program.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh

version() { "$1" --version 2>/dev/null | sed -nE 's/.*version ([0-9]+)\..*/\1/p'; }
format=${CLANG_FORMAT:-$(command -v clang-format-14 || command -v clang-format)}
found=$(version "$format")
if [ "$found" != 14 ]; then
    echo "SKIP the format of the sources: clang-format is ${found:-missing}, not version 14 (package clang-format-14)"
    exit 0
fi

mapfile -t files < <(find libmemrestrict memrestrict include tests bench examples -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.cc' \) -not -path 'tests/programs/inputs/*' | sort)
result "there are sources" "$([ "${#files[@]}" -gt 500 ] || echo "${#files[@]}")"
result "a line that is wrong is seen" \
    "$(echo 'int  a;' | "$format" --dry-run -Werror --assume-filename=tests/a.c >/dev/null 2>&1 && echo "it is not")"
result "every source is formatted (clang-format -i FILE does it)" \
    "$("$format" --dry-run -Werror "${files[@]}" 2>&1 | grep ' error: ')"
print_results
