#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The same programs under every engine: engines.sh BUILD [DOCUMENT]. Each takes memory until it is
# refused: how many bytes it had then, what became of it, and what it costs where nothing is refused.
# Prints the table in Markdown; with DOCUMENT, puts it there between its two marks. What cannot be had
# is a cell with the reason. PROGRAMS, ENGINES: only those; TRIES: how often for the cost.
# shellcheck disable=SC2016 # backquotes of Markdown
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "${1:-build}") document=${2:-}
memrestrict=$build/memrestrict tries=${TRIES:-3}
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
programs=${PROGRAMS:-dynamic static static-pie musl musl-static 32-bit Go cgo JVM node threads static-threads forks static-forks}
read -ra engines <<<"${ENGINES:-preload ptrace rlimit cgroup}"

cat >"$scratch/take.go" <<'GO'
package main

import "C"
import ("encoding/binary"; "os"; "strconv"; "syscall")

func main() {
	most, _ := strconv.Atoi(os.Args[2])
	file, _ := os.OpenFile(os.Args[1], os.O_RDWR|os.O_CREATE, 0666)
	file.Truncate(8)
	count, _ := syscall.Mmap(int(file.Fd()), 0, 8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	var all [][]byte
	for i := 0; i < most*16; i++ {
		block := make([]byte, 65536)
		for at := 0; at < len(block); at += 4096 { block[at] = 1 }
		all = append(all, block)
		binary.LittleEndian.PutUint64(count, uint64(len(all))*65536)
	}
}
GO
sed '/import "C"/d' "$scratch/take.go" >"$scratch/static.go"
cat >"$scratch/Take.java" <<'JAVA'
public class Take {
    public static void main(String[] words) throws Exception {
        var file = new java.io.RandomAccessFile(words[0], "rw");
        file.setLength(8);
        var count = file.getChannel().map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, 8)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
        var all = new java.util.ArrayList<byte[]>();
        for (int i = 0; i < Integer.parseInt(words[1]) * 16; i++) {
            byte[] block = new byte[65536];
            all.add(block);
            count.putLong(0, (long) all.size() * 65536);
        }
    }
}
JAVA
cat >"$scratch/take.js" <<'JS'
const fs = require('fs'), [, , path, most] = process.argv, file = fs.openSync(path, 'w+'), all = [], count = Buffer.alloc(8);
for (let i = 0; i < most * 16; i++) {
  all.push(Buffer.alloc(65536, 1));
  count.writeBigUInt64LE(BigInt(all.length * 65536));
  fs.writeSync(file, count, 0, 8, 0);
}
JS

# Makes PROGRAM: what starts it, into `start`; a reason in `missing` where that cannot be.
compile() { # COMPILER...
    "$@" -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread bench/take.c -o "$scratch/take" 2>/dev/null ||
        missing="\`$*\` does not work here"
    start=("$scratch/take")
}
go_build() { # NAME OF FILE, CGO
    command -v go >/dev/null || { missing='not installed: golang-go' && return; }
    (cd "$scratch" && HOME=$scratch CGO_ENABLED=$2 go build -o take "$1") 2>/dev/null || missing='go build does not work here'
    start=("$scratch/take")
}
make_program() {
    missing='' limit=64 most=96 way=one
    case $1 in
    dynamic) compile gcc ;;
    static) compile gcc -static ;;
    static-pie) compile gcc -static-pie ;;
    musl) compile musl-gcc ;;
    musl-static) compile musl-gcc -static ;;
    32-bit) compile gcc -m32 -static ;;
    threads) way=threads && compile gcc ;;
    static-threads) way=threads && compile gcc -static ;;
    forks) way=forks && compile gcc ;;
    static-forks) way=forks && compile gcc -static ;;
    Go) go_build static.go 0 ;;
    cgo) go_build take.go 1 ;;
    JVM)
        limit=384 most=512
        command -v javac >/dev/null || missing='not installed: a JDK'
        [ -n "$missing" ] || javac -d "$scratch" "$scratch/Take.java" 2>/dev/null || missing='javac does not work here'
        start=(java -Xms32m -Xmx700m -XX:+UseSerialGC -XX:-UsePerfData "-XX:ErrorFile=$scratch/jvm.log" -cp "$scratch" Take)
        ;;
    node)
        limit=384 most=512 start=(node "$scratch/take.js")
        command -v node >/dev/null || missing='not installed: nodejs'
        ;;
    esac
}

reason() { # ENGINE: why it cannot be had here; nothing if it can
    "$memrestrict" explain | awk -v engine="$1" '/^  [a-z]/ { inside = $1 == engine && $2 == "no:"; $1 = $2 = "" }
        inside { $1 = $1; printf "%s%s", said ? " " : "", $0; said = 1 }'
}

run() { # ENGINE MIB COMMAND...
    local scope=()
    [ "$way" != forks ] && [ "$1" != cgroup ] || scope=(--scope=tree)
    "$memrestrict" -q --json="$scratch/json" --engine="$1" -l "$2M" "${scope[@]}" -- "${@:3}" >"$scratch/out" 2>&1
}
bare() { shift 2 && "$@" >/dev/null 2>&1; }

# The least of some, in seconds of processor time; 0: it failed.
seconds() { # COMMAND...
    local best=999 now TIMEFORMAT='%U+%S'
    for ((i = 0; i < tries; i++)); do
        now=$({ time "$@" || echo failed >&2; } 2>&1)
        case $now in *failed*) echo 0 && return ;; esac
        best=$(awk "BEGIN { now = $now; print now < $best ? now : $best }")
    done
    echo "$best"
}

cell() { # ENGINE
    local status got cost time
    missing_engine=$(reason "$1")
    [ -z "$missing_engine" ] || { echo "$missing_engine" && return; }
    rm -f "$scratch/count" "$scratch/json"
    { run "$1" $limit "${start[@]}" "$scratch/count" $most $way; } 2>/dev/null
    status=$?
    if [ $status = 125 ] && ! [ -s "$scratch/json" ]; then
        sed -nE 's/^memrestrict: --engine=[a-z]*: (it cannot do [^;]*).*/\1/p' "$scratch/out" | head -n 1
        return
    fi
    got=$(od -An -tu8 -N8 "$scratch/count" 2>/dev/null | tr -d ' ')
    time=$(seconds run "$1" 4096 "${start[@]}" "$scratch/count" $most $way)
    cost=$(awk "BEGIN { if ($time > 0 && $without > 0) printf \", cost %.2f\", $time / $without }")
    case $status in
    0) echo "not limited: $(jq -r '[.processes[].coverage_reason // empty][0] // "it slipped through"' "$scratch/json")" ;;
    *) echo "${got:-0}, $(words $status)$cost" ;;
    esac
}
words() { # STATUS
    case $1 in
    137) echo killed ;;
    134) echo 'aborts itself' ;;
    139) echo crashes ;;
    *) echo "exit $1" ;;
    esac
}

table() {
    echo "$(uname -sr), $(nproc) processors; $(date +%Y-%m-%d). Limits: 64 MiB = 67108864 bytes; JVM and node 384 MiB = 402653184 bytes."
    echo
    printf '| program |'
    printf ' %s |' "${engines[@]}"
    printf '\n|---|'
    printf -- '---|%.0s' "${engines[@]}"
    echo
    for program in $programs; do
        make_program "$program"
        without=0
        [ -n "$missing" ] || without=$(seconds bare x x "${start[@]}" "$scratch/count" $most $way)
        printf '| %s |' "$program"
        for engine in "${engines[@]}"; do
            if [ -n "$missing" ]; then printf ' %s |' "$missing"; else printf ' %s |' "$(cell "$engine")"; fi
        done
        echo
    done
}

# Between the marks, so that the words around it stay.
put() { # DOCUMENT
    awk -v table="$scratch/table" '/^<!-- engines begin/ { print; while ((getline line < table) > 0) print line; inside = 1 }
        /^<!-- engines end/ { inside = 0 } !inside && !/^<!-- engines begin/' "$1" >"$scratch/document" && cat "$scratch/document" >"$1"
}

table >"$scratch/table" || exit 1
cat "$scratch/table"
[ -z "$document" ] || put "$document"
