#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows the findings of README.md again without memrestrict: fail.c, preloaded, makes the first,
# second, third ... call of the kind and size at which a sweep found something fail, until the
# program ends as it did there. Usage: check.sh [NAME...], of those in findings.txt; needs a
# compiler, and where gdb is installed, the place of each crash is shown.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${CC:-cc} -O2 -fno-builtin -shared -fPIC -o "$folder/fail.so" "$here/fail.c"
mkdir "$folder/in"
cd "$folder/in"
sh "$here/inputs.sh"
export LC_ALL=C TERM=xterm GIT_CONFIG_GLOBAL=/dev/null

# Whether the program ends as wanted: a status (128 and the signal's number), and words on stderr;
# a status of 0 is a finding where the output is not what it is without a failure.
ends_so() {
    status=0
    # shellcheck disable=SC2086 # words
    timeout 20 $failing "$@" >"$folder/out" 2>"$folder/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] &&
        { [ "$words" = - ] || grep -q -e "$words" "$folder/err"; } &&
        { [ "$status" -ne 0 ] || ! cmp -s "$folder/out" "$folder/before"; }
}

where() {
    command -v gdb >"$folder/which" || return 0
    env -u DEBUGINFOD_URLS gdb -nx -batch -ex "set exec-wrapper $failing" -ex run \
        -ex 'backtrace 10' --args "$@" </dev/null >"$folder/gdb" 2>&1 || :
    sed -n 's/^#/    #/p' "$folder/gdb" | cut -c 1-100
}

# shellcheck disable=SC2120 # they are set in it
check() {
    nth=0
    eval "set -- $command"
    "$@" >"$folder/before" 2>"$folder/err" </dev/null || :
    while :; do
        nth=$((nth + 1))
        failing="env -u LINES -u COLUMNS FAIL_NOTE=$folder/note FAIL_CALL=$call FAIL_SIZE=$size \
            FAIL_NTH=$nth LD_PRELOAD=$folder/fail.so"
        rm -f "$folder/note"
        ! ends_so "$@" || break
        [ -e "$folder/note" ] || return 1
    done
    printf '%s: status %s when %s number %s of %s bytes fails: %s\n' "$name" "$wanted" "$call" \
        "$nth" "$size" "$command"
    if [ "$wanted" -eq 0 ]; then
        diff "$folder/before" "$folder/out" | sed 's/^/    /'
    else
        where "$@"
    fi
}

missing=0
while IFS='	' read -r name wanted call size words command; do
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2119 # they are of the script
    check && continue
    printf '%s: not found: no %s of %s bytes ends it so\n' "$name" "$call" "$size"
    missing=1
done <"$here/findings.txt"
exit "$missing"
