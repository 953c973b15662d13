#!/bin/bash
# SPDX-License-Identifier: MIT
#
# clang-tidy 14 finds nothing in the library and the command of what .clang-tidy asks for. Other
# versions find other things, so with them there is nothing to say. With names, those files alone.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
found=$("${tidy:-false}" --version 2>/dev/null | sed -nE 's/.*LLVM version ([0-9]+)\..*/\1/p')
if [ "$found" != 14 ]; then
    echo "SKIP clang-tidy: it is ${found:-missing}, not version 14 (package clang-tidy-14)"
    exit 0
fi
read -ra packages < <(pkg-config --cflags jansson libdw libelf libseccomp)
flags=(-std=gnu11 -D_GNU_SOURCE -Iinclude -Ilibmemrestrict -Imemrestrict -fPIC
    '-DMEMRESTRICT_VERSION=""' '-DMEMRESTRICT_LIBDIR=""' "${packages[@]}")
complaints() { # FILE...
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} "$tidy" --quiet --config-file=.clang-tidy {} -- "${flags[@]}" 2>&1 |
        grep -E '(error|warning): ' | sort -u
}

echo 'int wrong(void); int wrong(void) { int *none = 0; return *none; }' >"$scratch/wrong.c"
wrong=$(complaints "$scratch/wrong.c")
result "what is wrong is found" "$([[ $wrong == *"Dereference of null pointer"* ]] || echo "it is not: $wrong")"

files=("$@")
[ $# -gt 0 ] || mapfile -t files < <(find libmemrestrict memrestrict -name '*.c' | sort)
result "there are sources" "$([ $# -gt 0 ] || [ "${#files[@]}" -gt 100 ] || echo "${#files[@]}")"
result "nothing is found in ${#files[@]} files" "$(complaints "${files[@]}")"
print_results
