#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Two sweeps of the same program end alike in every trial, also where it starts others and speaks with
# them through pipes. Each program runs in a folder of its own. From the environment: BUILD, and TRIALS
# of each sweep.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/results.sh
. tests/results.sh
memrestrict=$(cd "${BUILD:-build}" && pwd)/memrestrict
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

outcomes() { jq -r '.trials | map([.plan, .outcome, .key] | join(" ")) | sort | .[]' "$1"; }

twice() { # NAME COMMAND...
    local name=$1 i
    shift
    if ! command -v "$1" >/dev/null; then
        echo "SKIP two sweeps of $name: $1 is missing"
        return
    fi
    for i in 1 2; do
        "$memrestrict" sweep -t 60 -q --mode=once --max="${TRIALS:-150}" --json="$work/$i.json" -- "$@" >"$work/said" 2>&1 </dev/null
        outcomes "$work/$i.json" >"$work/$i"
    done
    if [ -s "$work/1" ] && diff "$work/1" "$work/2" >"$work/difference"; then
        result "$name" ""
    else
        result "two sweeps of $name end alike in each trial" "$(cat "$work/said" "$work/difference")"
    fi
}

mkdir -p "$work/in/deb/DEBIAN" "$work/in/deb/etc" && cd "$work/in" || exit 1
printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >deb/DEBIAN/control
echo x >deb/etc/x
printf '%%%%\nx+ return 1;\n%%%%\n' >x.l
printf '%%token X\n%%%%\nx: X | x X;\n' >x.y
twice dpkg-deb dpkg-deb --root-owner-group -b deb x.deb
twice flex flex -o x.c x.l
twice bison bison -o y.c x.y
print_results
