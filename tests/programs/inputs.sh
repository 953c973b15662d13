# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the rows read: the same bytes on every machine, made once in $work/in. Sourced by programs.sh,
# which sets $work and $here.
# shellcheck disable=SC2154

# Lines of numbers that look random (Park and Miller's generator: exact in every awk).
numbers() {
    awk -v n="$1" 'BEGIN { x = 1; while (n-- > 0) { x = x * 16807 % 2147483647; print x } }'
}

make_tree() {
    local folder file
    for folder in "$1"/{north,south,east}/{one,two,three,four}; do
        mkdir -p "$folder"
        for file in "$folder"/{a,b,c,d,e}.txt; do
            head -n $((${#file} % 7 + 20)) "$work/in/words" >"$file"
        done
    done
    ln -s ../north/one/a.txt "$1/south/link"
    find "$1" -exec touch -h -d '2020-02-02 02:02:02' {} +
}

numbers 40000 >"$work/in/numbers"
awk '{ printf "%s word%d %s\n", $1, $1 % 977, ($1 % 3 ? "quick" : "brown") " fox" }' \
    "$work/in/numbers" >"$work/in/words"
# One line of 2 MB, for programs that read whole lines.
cat "$work/in/words" "$work/in/words" | tr '\n' ' ' >"$work/in/longline"
gzip -9nc "$work/in/words" >"$work/in/bytes"
make_tree "$work/in/tree"
cp "$here"/inputs/* "$work/in/"
chmod -R a+rX "$work/in"
