#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A sweep in parts, by GNU parallel: here, or over several machines with --sshlogin. Each part keeps a
# journal, so what was stopped goes on where it was when this is run again.
#
#     examples/sweep/parallel.sh 4 ./test --quick <input
#
# JOURNALS names the folder of the journals, MERGE further options of merge, such as --junit=FILE.
set -eu
parts=$1
shift
journals=${JOURNALS:-sweep-journals}
mkdir -p "$journals"

# Each part needs the input. It gets it as a file.
[ -t 0 ] || cat >"$journals/input"
[ -e "$journals/input" ] || : >"$journals/input"

# Findings are no failure of a part: that is for merge to say.
export journals parts
# shellcheck disable=SC2016 # for the inner shell
seq "$parts" | parallel --quote --halt soon,fail=1 sh -c '
    memrestrict sweep --quiet --journal="$journals/part-$0" --shard="$0/$parts" "$@" <"$journals/input" ||
        [ $? -le 3 ]' {} -- "$@"

# shellcheck disable=SC2086 # several options
memrestrict merge ${MERGE-} "$journals"/part-*
