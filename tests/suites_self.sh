#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tests/suites.sh on made-up programs: one that is the same under the library, one that differs, one
# that is never the same, one that hangs, one that leaves a folder that cannot be removed.
# From the environment: BUILD with command and library.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/p/deep"
# shellcheck disable=SC2016 # for the programs
{
    printf '#!/bin/sh\necho "t.c:$$: TPASS: took $(date +%%N)"; echo "$LD_PRELOAD"; exit 3\n' >"$folder/p/same"
    printf '#!/bin/sh\n[ -z "$LD_PRELOAD" ] && echo "t.c:1: TPASS: 1" || echo "t.c:1: TFAIL: 1"\n' >"$folder/p/deep/differs"
    printf '#!/bin/sh\n[ -z "$MEMRESTRICT_ACCOUNTS" ]\n' >"$folder/p/differs_in_run"
    printf '#!/bin/sh\nprintf x >>"%s/times"; [ $(($(wc -c <"%s/times") %% 4)) = 1 ]\n' "$folder" "$folder" >"$folder/p/flaky"
    printf '#!/bin/sh\nmkdir d && : >d/f && chmod 0 d && [ "$(ls)" = d ]\n' >"$folder/p/untidy"
    printf '#!/bin/sh\nsleep 1000\n' >"$folder/p/hangs"
    printf '#!/bin/sh\nsleep 1000 &\necho $! >>"%s/left"\n' "$folder" >"$folder/p/leaves"
    printf '#!/bin/sh\n: >"%s/ran"\n' "$folder" >"$folder/p/deep/dangerous"
    echo 'not a program' >"$folder/p/text"
}
chmod +x "$folder"/p/{same,flaky,hangs,leaves,untidy,differs_in_run} "$folder"/p/deep/*
printf 'deep/dangerous\n' >"$folder/without"
said=$(tests/suites.sh -t 2 -j 2 -x "$folder/without" "$folder/p" 2>&1)
status=$?

has() { # NAME LINE
    result "$1" "$(grep -qxF -e "$2" <<<"$said" || printf 'no line "%s" in:\n%s' "$2" "$said")"
}

has "a difference in result lines is found" "differs: deep/differs status 0"
has "it says what was said without the library" "    bare:  t.c:N: TPASS: N"
has "it says what was said with it" "    preloaded:  t.c:N: TFAIL: N"
has "a difference under the command is found" "differs: differs_in_run status 0"
has "it says how the program ended" "    run:  status 1"
has "what is never the same is listed apart" "flaky: flaky status 0"
result "a number that is another each time is no difference" "$(grep -w same: <<<"$said")"
# shellcheck disable=SC2046 # several numbers
result "no process is left" "$([ -s "$folder/left" ] && ps -o pid=,stat= -p "$(paste -sd, "$folder/left")" | grep -v Z)"
result "what is left out does not run" "$([ ! -e "$folder/ran" ] || echo it ran)"
has "the last line has the sums" "7 programs: 4 the same, 2 different, 1 flaky"
result "a difference is a bad end" "$([ $status = 1 ] || echo "status $status")"
rm "$folder"/p/{flaky,differs_in_run,hangs} "$folder/p/deep/differs"
said=$(tests/suites.sh -x "$folder/without" "$folder/p" 2>&1)
status=$?
result "none is a good one" "$([ $status = 0 ] || echo "status $status: $said")"
mkdir "$folder/none"
said=$(tests/suites.sh "$folder/none" 2>&1)
status=$?
result "a folder without programs is an error" "$([ $status = 2 ] || echo "status $status: $said")"
print_results
