#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What sweeps of real programs find: bench/sweep_programs.sh BUILD, a table of those that are here.
# Each runs in a folder of its own, in a sandbox, and is stopped after SECONDS_EACH (60). PROGRAMS names
# those to sweep; REPORTS is a folder for a report of each finding.
#
# shellcheck disable=SC2016 # what stands in quotes is the programs' own
set -u
cd "$(dirname "$0")/.." || exit 1
memrestrict=$(cd "${1:-build}" && pwd)/memrestrict
each=${SECONDS_EACH:-60}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/in" && cd "$work/in" || exit 1

row() { # NAME COMMAND...
    local name=$1 began
    shift
    [[ " ${PROGRAMS:-$name} " = *" $name "* ]] || return
    command -v "$1" >/dev/null || { echo "| $name | $1 is missing | | | |"; return; }
    began=$(date +%s%N)
    "$memrestrict" sweep -q --sandbox --mode=once --for="${each}s" --json="$work/j" ${REPORTS:+--bug-reports="$REPORTS/$name"} \
        -- "$@" >"$work/said" 2>&1 </dev/null
    if ! [ -s "$work/j" ]; then
        echo "| $name | $(tail -n 1 "$work/said" | tr '|' ' ') | | | |"
    else
        jq -r --arg name "$name" --arg ns $(($(date +%s%N) - began)) '
            [.findings[].outcome] | group_by(.) | map("\(length) \(.[0])") | join(", ")' "$work/j" >"$work/kinds"
        jq -r --arg name "$name" --arg ns $(($(date +%s%N) - began)) --rawfile kinds "$work/kinds" '
            "| \($name) | \(.findings | length) | \($kinds | rtrimstr("\n")) | \(.trials | length) of \(.sites) call sites" +
            (if .finished then "" else ", stopped" end) + " | \(($ns | tonumber) / 1e8 | round / 10) |"' "$work/j"
    fi
    rm -f "$work/j"
}

# What they are given.
printf 'int main(void) { return 0; }\n' >x.c
cc -g -c -o x.o x.c 2>/dev/null
printf '.globl x\nx: ret\n' >x.s
printf '%%%%\nx+ return 1;\n%%%%\n' >x.l
printf '%%token X\n%%%%\nx: X | x X;\n' >x.y
printf 'rule r\n command = touch $out\nbuild y: r\n' >build.ninja
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "a"\nmsgstr "b"\n' >x.po
printf '.Dd May 1, 2020\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n' >x.1
printf '<x><y/></x>\n' >x.xml
printf '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><z/></xsl:template></xsl:stylesheet>\n' >x.xsl
mkdir -p deb/DEBIAN deb/etc gnupg && chmod 700 gnupg && echo x >deb/etc/x
printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >deb/DEBIAN/control

echo "| program | findings | of which | trials | seconds |"
echo "|---|---|---|---|---|"
row m4 m4 x.c
row nm nm x.o
row readelf readelf -a x.o
row ssh-keygen ssh-keygen -q -t ed25519 -N '' -f key
row xsltproc xsltproc x.xsl x.xml
row mandoc mandoc x.1
row msgfmt msgfmt -o x.mo x.po
row rsync rsync -a deb/ copy
row djpeg djpeg x.jpg
row iconv iconv -f UTF-8 -t UTF-16 x.c
row dpkg-deb dpkg-deb --root-owner-group -b deb x.deb
row ninja ninja
row getent getent passwd root
row dig dig -v
row perl perl -e 'print join(",", map { $_ * 2 } 1 .. 9), "\n"'
row tclsh tclsh build.ninja
row as as -o y.o x.s
row flex flex -o l.c x.l
row gpg gpg --homedir gnupg --list-keys
row zsh zsh -f -c 'for i in 1 2 3; do print $i; done'
row troff troff -Tascii x.1
row bison bison -o y.c x.y
row nginx nginx -t
row pdftotext pdftotext x.pdf
