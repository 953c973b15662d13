# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Sourced by test scripts: counts results, and says those that are bad.
passed=0 failed=0

result() { # NAME COMPLAINT: it is good if there is nothing to complain of
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok - %s\n%s\n' "$1" "$2"
    fi
}

# The last line, as tests/run.sh reads it, and the last status.
print_results() {
    echo "$passed passed, $failed failed, 0 skipped"
    [ "$failed" = 0 ]
}
