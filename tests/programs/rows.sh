# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The programs, and what each does under a limit that it cannot do with. Sourced by programs.sh,
# which says what row and limit take. Scripts see their inputs as $IN (inputs.sh), and are alone in
# an empty folder.

# Shells.

row short bash '' <<'RUN'
fib() { if (($1 < 2)); then echo "$1"; else echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }
fib 7
declare -A seen
while read -r number word rest; do ((seen[$word]++)); done < <(head -n 5000 "$IN/words")
for word in "${!seen[@]}"; do echo "$word ${seen[$word]}"; done | sort | cksum
text=x; for i in {1..18}; do text+=$text; done; echo ${#text}
coproc cat; echo through >&"${COPROC[1]}"; exec {COPROC[1]}>&-; cat <&"${COPROC[0]}"; wait
[[ 2024-01-31 =~ ^([0-9]+)-([0-9]+) ]] && printf '%s\n' "${BASH_REMATCH[@]}"
(trap 'echo trapped' EXIT; cat <<< "${text:0:5}"); mapfile -t lines <"$IN/numbers"; echo ${#lines[@]}
for i in {1..20}; do (exit $i) & done; wait; kill -l | head -n 3; ulimit -n
RUN
limit 1M bash 2 'xrealloc: cannot allocate [0-9]+ bytes' <<'RUN'
text=x; while :; do text+=$text; done
RUN
limit 1M bash 2 'xmalloc: cannot allocate [0-9]+ bytes|cannot allocate memory' <<'RUN'
for ((i = 0; ; i++)); do names[i]=value$i; done
RUN

row short dash dash <<'RUN'
dash -c '
fib() { if [ $1 -lt 2 ]; then echo $1; else echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }
fib 7
text=x; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do text=$text$text; done; echo ${#text}
set -- $(cat "$IN/numbers"); echo $#; for i in 1 2 3 4 5; do (exit $i) & done; wait; trap "echo end" EXIT
' | cksum
RUN
# dash recurses in its own handler when it cannot have the memory for the message (ulimit -v shows it too).
limit 2M dash '2|139' 'Out of space|Segmentation fault' <<'RUN'
dash -c 'text=x; while :; do text=$text$text; done'
RUN

# Small tools.

row short sort sort:coreutils <<'RUN'
sort -n "$IN/numbers" | cksum
sort --parallel=2 -k2,2 -k1n "$IN/words" | cksum
sort -S 200K -T . -u -k3 "$IN/words" | cksum
sort -c "$IN/words" 2>&1; sort -R --random-source="$IN/bytes" "$IN/words" | cksum
RUN
limit 3M sort same '' <<'RUN'
sort -n "$IN/numbers" | cksum
RUN
limit 100K sort 2 'sort: memory exhausted' <<'RUN'
sort -n "$IN/numbers"
RUN

row short coreutils sha256sum:coreutils <<'RUN'
ls -lR "$IN"; ls /proc/self/fd | awk '$1 < 50'
sha256sum "$IN"/{words,bytes,longline}; b2sum "$IN/bytes"; md5sum "$IN/words"; cksum "$IN/words"
od -An -tx4 "$IN/bytes" | tail -n 3; od -c "$IN/bytes" | cksum
split -n r/7 "$IN/words" part. && cksum part.*; csplit -sk "$IN/numbers" 100 '{20}'; cksum xx*
seq 100000000000000000 100000000000000100 | factor | cksum
shuf --random-source="$IN/bytes" "$IN/numbers" | cksum; tac "$IN/words" | cksum; tac "$IN/longline" | cksum
cut -d' ' -f2 "$IN/words" | sort | uniq -c | sort -rn | head -n 3
join <(sort "$IN/words" | head -n 5000) <(sort "$IN/numbers" | head -n 5000) | cksum
comm -12 <(sort "$IN/numbers") <(cut -d' ' -f1 "$IN/words" | sort) | wc -l
fold -w 11 "$IN/longline" | nl | pr -t -3 | fmt | expand | unexpand -a | cksum
ptx "$IN/tree/north/one/a.txt" | cksum; tsort <<<'a b b c c d'; expr 12345678901234567890 '*' 98765432109876543210
cp -a "$IN/tree" copy; du -a --apparent-size copy | sort | tail -n 2; rm -r copy; mktemp -u XXXXXX | wc -c
dd if="$IN/words" bs=1M count=2 2>/dev/null | base64 | basenc -d --base64 | cksum; tail -c 100 "$IN/words"
numfmt --to=iec 123456789; stat -c '%s %F' "$IN/words"; printf '%.30f\n' 0.1; env -i true; nproc | wc -l
timeout 0.2 sleep 10; echo $?; paste -s -d+ <(seq 100) ; head -n -39990 "$IN/numbers"; date -d @0; tr a-z A-Z <"$IN/words" | cksum
RUN
limit 300K ls 2 'ls: memory exhausted|ls: .*Cannot allocate memory' <<'RUN'
mkdir many; cd many; seq -f 'a_name_that_is_long_%g' 5000 | xargs touch; ls -l
RUN
limit 500K shuf 1 'shuf: read error: Cannot allocate memory|shuf: memory exhausted' <<'RUN'
shuf "$IN/words"
RUN
limit 500K tac 1 'tac: memory exhausted' <<'RUN'
tac "$IN/longline"
RUN
limit 300K head 1 'head: memory exhausted' <<'RUN'
head -n -10000 <(cat "$IN/words")
RUN
limit 300K dd 1 'dd: memory exhausted by input buffer' <<'RUN'
dd if="$IN/words" bs=1M of=/dev/null
RUN

row short findutils 'find:findutils xargs:findutils' <<'RUN'
find "$IN" -printf '%P %s %l\n' | sort; find /usr/share -xdev -newer /etc/passwd -size +1k 2>/dev/null | wc -l | wc -l
find "$IN/tree" -type f -print0 | sort -z | xargs -0 -n 5 -P 2 sh -c 'wc -c "$@" >"$$.out"' sh; cat ./*.out | sort | cksum
seq 5000 | xargs -n 1000 echo | cksum; find "$IN/tree" -name 'a*' -exec sha1sum {} + | sort | cksum
RUN
limit 60K find 1 'find: .*Cannot allocate memory|find: memory exhausted' <<'RUN'
mkdir many; cd many; seq -f 'a_name_that_is_long_%g' 5000 | xargs touch; find .
RUN

row short diffutils 'diff:diffutils cmp:diffutils' <<'RUN'
head -n 20000 "$IN/words" >a; sed 's/brown/red/;1000,1100d;s/word5 /word6 /' a >b
diff a b | cksum; diff -u --label a --label b a b | cksum; diff -y -W 60 a b | cksum; diff -r "$IN/tree/north" "$IN/tree/south" | cksum
diff3 a b a | cksum; sdiff -s a b | cksum; cmp -l a b | head -n 3; cmp a a
RUN
limit 500K diff 2 'diff: memory exhausted' <<'RUN'
diff "$IN/words" "$IN/numbers"
RUN

row short grep grep <<'RUN'
grep -c fox "$IN/words"; grep -o 'word[0-9]*7 ' "$IN/longline" | sort | uniq -c | sort -rn | head -n 3
grep -E '(1)(2).*\2\1' "$IN/words" | cksum; head -n 300 "$IN/numbers" | grep -Ff - "$IN/words" | wc -l
grep -P '(?<=word)\d{2}(?= quick)' "$IN/words" | wc -l; grep -rn word7 "$IN/tree" | sort | cksum
grep -c . "$IN/bytes"; grep -qi NOTHING "$IN/words"; echo $?; head -n 800 "$IN/numbers" | grep -Ef - "$IN/words" | wc -l
RUN
limit 1M grep 2 'grep: memory exhausted' <<'RUN'
grep -c fox "$IN/longline"
RUN
limit 1M grep 2 'grep: [Mm]emory exhausted' <<'RUN'
grep -E '(a?){500}(b?){500}[ab]{900}c{800}' "$IN/words"
RUN

row short sed sed <<'RUN'
sed -n '10,20p;$=' "$IN/words"; sed -E 's/([a-z]+)([0-9]+)/\2\1/g' "$IN/words" | cksum
sed ':a;N;$!ba;s/\n/,/g' "$IN/numbers" | cksum; sed '1!G;h;$!d' "$IN/tree/north/one/a.txt"
cp "$IN/words" w; sed -i.old 's/fox/dog/w found' w; cksum w w.old found; sed y/abc/xyz/ "$IN/longline" | cksum
RUN
limit 1M sed 1 'sed: memory exhausted' <<'RUN'
sed ':a;N;$!ba' "$IN/words"
RUN

row short awk awk:mawk <<'RUN'
awk '{ n[$2]++; sum += $1 } END { for (w in n) print w, n[w]; print sum }' "$IN/words" | sort | cksum
awk 'BEGIN { s = "x"; while (length(s) < 3000000) s = s s; print length(s); print substr(s, 5, 7) }'
awk '{ gsub(/o/, "00"); sub(/word/, "&&"); print toupper($0) | "sort" }' "$IN/words" | cksum
awk 'BEGIN { "echo piped" | getline x; print x; printf "%d %s %5.2f\n", 7, "a", 1/3; print split("a:b:c", p, ":") }'
RUN
limit 2M '*awk' 2 'out of memory|annot allocate|cannot alloc' <<'RUN'
awk '{ a[NR] = $0 }' "$IN/words"
RUN

row short tar 'tar gzip bzip2 xz:xz-utils' <<'RUN'
tar -c --sort=name --owner=0 --group=0 --numeric-owner -C "$IN" tree words | tee x.tar | cksum
for how in z j J; do tar -c${how}f "x.$how" -C "$IN" --sort=name tree words && mkdir $how && tar -x${how}f x.$how -C $how; diff -r $how/tree "$IN/tree"; done
tar -tvf x.tar | cksum; tar -rf x.tar -C "$IN" numbers; tar --delete -f x.tar words; tar -tf x.tar | tail -n 2
tar -df x.tar -C "$IN" && echo equal; tar -c --listed-incremental=snap -C "$IN" tree | wc -c
RUN
limit 20K tar 2 'Cannot allocate memory|emory exhausted' <<'RUN'
tar -cf x.tar -C "$IN" tree
RUN

row short compressors 'gzip bzip2 xz:xz-utils' <<'RUN'
for tool in 'gzip -9n' 'bzip2 -9' 'xz -6' 'xz -T2 --block-size=500KiB' 'xz --format=lzma -1'; do
    $tool -c "$IN/words" >packed; cksum packed; ${tool%% *} -dc packed | cksum; ${tool%% *} -t packed; echo $?
done 2>&1
RUN
limit 2M bzip2 1 "couldn't allocate enough memory" <<'RUN'
bzip2 -9c "$IN/words"
RUN
limit 20M xz 1 'xz: .*Cannot allocate memory' <<'RUN'
xz -9 -c "$IN/words"
RUN
limit 90M xz 1 'xz: .*Cannot allocate memory' <<'RUN'
xz -T2 --block-size=8MiB -9 -c "$IN/words"
RUN
limit 2M xz 1 'xz: .*Cannot allocate memory' <<'RUN'
xz -6 -c "$IN/words" >x.xz; MEMRESTRICT_LIMIT=32M xz -6 -c "$IN/words" >x.xz; xz -dc x.xz
RUN

# Languages.

row short perl perl <<'RUN'
perl -e '
use strict; use POSIX; use Data::Dumper; $Data::Dumper::Sortkeys = 1;
my %n; open my $in, "<", "$ENV{IN}/words" or die; while (<$in>) { $n{$1}++ if /word(\d+)/ } close $in;
print Dumper({ map { $_ => $n{$_} } (sort { $n{$b} <=> $n{$a} || $a <=> $b } keys %n)[0..5] });
my $text = "x" x 3_000_000; $text =~ s/x/yz/g; print length $text, "\n";
my @sorted = sort { $a <=> $b } map { ($_ * 7919) % 100003 } 1..50000; print "@sorted[0..3]\n";
for my $i (1..20) { my $pid = fork; if (!$pid) { my @a = (1) x 10000; POSIX::_exit($i) } waitpid $pid, 0; print $? >> 8, " " }
print "\n", `echo child`, join(",", unpack("N*", pack("N*", 1..5))), "\n"; printf "%.15g\n", sqrt 2;
eval { die { code => 7 } }; print $@->{code}, "\n"; $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; pause;'
RUN
limit 8M perl 1 'Out of memory!' <<'RUN'
perl -e 'my @all; push @all, "x" x 1000 while 1'
RUN
limit 8M perl '1|12' 'Out of memory!' <<'RUN'
perl -e 'my $text = "x"; $text .= $text while 1'
RUN

row short python python3 <<'RUN'
"$PYTHON" "$IN/parts.py"
RUN
limit 2G 'python3*' 0 'MemoryError MemoryError OSError' <<'RUN'
"$PYTHON" -c '
import mmap
for make in (lambda: bytearray(1 << 62), lambda: [0] * (1 << 60), lambda: mmap.mmap(-1, 1 << 60)):
    try: make()
    except (MemoryError, OSError) as error: print(type(error).__name__, end=" ")'
RUN
limit 64M 'python3*' 1 'MemoryError' <<'RUN'
"$PYTHON" -c 'all = [str(i) for i in range(10**8)]'
RUN
limit 64M 'python3*' 0 'survived MemoryError' <<'RUN'
"$PYTHON" -c '
def fill():
    all = []
    while True: all.append(bytearray(100_000))
for _ in range(50):
    try: fill()
    except MemoryError as error: said = type(error).__name__
print("survived", said)'
RUN
limit 64M 'python3*' 0 'survived Cannot allocate memory' <<'RUN'
"$PYTHON" -c '
import mmap
try: mmap.mmap(-1, 100 << 20)
except OSError as error: print("survived", error.strerror)'
RUN

row long python-malloc python3 <<'RUN'
PYTHONMALLOC=malloc "$PYTHON" "$IN/parts.py"
PYTHONMALLOC=debug "$PYTHON" "$IN/parts.py"
RUN
limit 64M 'python3*' 1 'MemoryError' <<'RUN'
PYTHONMALLOC=malloc "$PYTHON" -c 'all = [str(i) for i in range(10**8)]'
RUN

# A test may fail bare too, on a machine that it does not expect: then it must fail again. The one that
# is left out lists the open descriptors of a child, and meets the one that MEMRESTRICT_REPORT keeps.
giants=true row long python-tests 'python3 python-tests:libpython3-testsuite' <<'RUN'
"$PYTHON" -m test -q -i test_pass_fds_redirected test_bytes test_dict test_list test_json test_sqlite3 test_mmap test_threading test_thread \
    test_threadsignals test_subprocess test_fork1 test_wait4 test_zlib test_lzma test_bz2 test_ctypes test_gc \
    test_marshal test_array test_memoryview test_io test_queue test_select test_pty test_popen test_posix 2>&1 |
    grep -E '^(    test_|[0-9]+ test|Total test|Result)'
true
RUN

row long gawk gawk <<'RUN'
gawk '{ n[$2]++ } END { PROCINFO["sorted_in"] = "@val_num_desc"; for (w in n) if (i++ < 5) print w, n[w] }' "$IN/words"
gawk 'BEGIN { "echo piped" |& getline x; print x; a[1][2] = 3; print length(a), strftime("%Y", 0); print gensub(/(o)/, "<\\1>", "g", "foo") }'
gawk -M 'BEGIN { print 2 ^ 500 }'; gawk '{ a[NR] = $0 } END { print asort(a); print a[1] }' "$IN/words"
RUN
limit 2M gawk 2 'fatal: .*annot allocate' <<'RUN'
gawk '{ a[NR] = $0 }' "$IN/words"
RUN

row long node node:nodejs <<'RUN'
node "$IN/parts.js" | sort
RUN
limit 300M node '134|133|139|1' 'out of memory|bad_alloc' <<'RUN'
node "$IN/parts.js" heap
RUN
limit 300M node '134|133|139|1' 'out of memory|bad_alloc|Array buffer allocation failed' <<'RUN'
node "$IN/parts.js" buffers
RUN

# Java reserves some GiB and commits little: a limit is sane that is far below what it reserves.
sane=512M row long java javac:default-jdk-headless <<'RUN'
javac -J-Xms16m -J-Xmx200m -d . "$IN/Parts.java"
for gc in G1 Serial Parallel; do java -Xms16m -Xmx200m -XX:CompressedClassSpaceSize=2g -XX:+Use${gc}GC Parts; done
RUN
limit 300M java '1|3' 'insufficient memory for the Java Runtime|OutOfMemoryError' <<'RUN'
javac -J-Xms16m -d . "$IN/Parts.java" >&2; java -Xms16m -Xmx8g Parts fill
RUN
limit 300M java '1|3' 'insufficient memory for the Java Runtime|OutOfMemoryError' <<'RUN'
javac -J-Xms16m -d . "$IN/Parts.java" >&2; java -XX:+UseSerialGC -Xms16m -Xmx8g Parts fill
RUN

# The tools of go are static, and it starts them by instructions of its own.
alarm='statically linked' sane=512M row long go 'go:golang-go gcc' <<'RUN'
export GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE=$PWD/cache GOTELEMETRY=off
CGO_ENABLED=1 go build -o parts "$IN/parts.go" && ./parts
RUN
limit 512M parts 2 'fatal error: (runtime: )?(out of memory|cannot allocate memory)' <<'RUN'
export GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE=$PWD/cache GOTELEMETRY=off
CGO_ENABLED=1 go build -o parts "$IN/parts.go" && ./parts forever
RUN
row long rust 'rustc gcc' <<'RUN'
"$RUSTC" -O -o parts "$IN/parts.rs" && ./parts
RUN
limit 2G parts 0 'refused as it should be' <<'RUN'
"$RUSTC" -O -o parts "$IN/parts.rs" && ./parts giant
RUN
limit 64M parts 134 'memory allocation of [0-9]+ bytes failed' <<'RUN'
"$RUSTC" -O -o parts "$IN/parts.rs" && ./parts forever
RUN

row long php php:php-cli <<'RUN'
php -r '$a = []; for ($i = 0; $i < 200000; $i++) $a[] = str_repeat("x", $i % 50) . $i; echo count($a), md5(implode(",", $a)), preg_match_all("/1/", $a[9]), shell_exec("echo child");'
RUN
limit 64M 'php*' '1|255' 'Out of memory' <<'RUN'
php -d memory_limit=-1 -r '$a = []; while (true) $a[] = str_repeat("x", 1000);'
RUN

row long ruby ruby <<'RUN'
ruby -e 'a = (0...100000).map { |i| i.to_s * 3 }; puts 4.times.map { |k| Thread.new { a.sort.size + k } }.sum(&:value), a.size, `echo child`; GC.start'
RUN
limit 64M 'ruby*' 1 'failed to allocate memory' <<'RUN'
ruby -e 'a = []; loop { a << "x" * 1000 }'
RUN

row long guile guile:guile-3.0 <<'RUN'
guile --no-auto-compile -c '(display (apply + (iota 10000))) (newline) (display (length (sort (iota 100000) >)))'
RUN
limit 64M guile 1 'Out of Memory' <<'RUN'
guile --no-auto-compile -c '(let loop ((a (list))) (loop (cons (make-string 1000) a)))'
RUN

row long luajit luajit <<'RUN'
luajit -e 'local t = {} for i = 1, 300000 do t[i] = tostring(i) .. i end print(#table.concat(t))'
RUN
limit 16M luajit 1 'not enough memory' <<'RUN'
luajit -e 'local t = {} for i = 1, 1e9 do t[i] = {i} end'
RUN

# Lisp maps its heap by syscall(2), all of it writable.
row long sbcl sbcl <<'RUN'
sbcl --noinform --non-interactive --eval '(print (length (loop for i below 100000 collect (format nil "~a" i))))'
sbcl --noinform --dynamic-space-size 64MB --non-interactive --eval '(print (length (loop for i below 100000 collect i)))'
RUN
limit 64M sbcl 1 "Can't allocate 0x[0-9a-f]+ bytes" <<'RUN'
sbcl --noinform --dynamic-space-size 160MB --non-interactive --eval '(print (length (loop for i below 100000 collect i)))'
RUN

row long ocaml ocaml:ocaml-nox <<'RUN'
echo 'let () = print_int (List.length (List.init 100000 string_of_int))' >small.ml; ocaml small.ml
RUN
limit 64M ocamlrun 2 'Out of memory during evaluation' <<'RUN'
echo 'let rec fill all = fill (Bytes.create 10000 :: all) let () = fill []' >fill.ml; ocaml fill.ml
RUN

row long erlang erl:erlang-base <<'RUN'
erl -noshell -eval 'io:format("~p ~p~n", [lists:sum(lists:seq(1, 100000)), os:cmd("echo child")]), halt().'
RUN
limit 64M 'beam*' '1|134' 'Cannot allocate [0-9]+ bytes of memory' <<'RUN'
export ERL_CRASH_DUMP_SECONDS=0
erl -noshell -eval 'F = fun(F, L) -> F(F, [binary:copy(<<1>>, 100000) | L]) end, F(F, []).'
RUN

row short gcc 'gcc ld:binutils' <<'RUN'
cat >main.c <<'C'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int twice(int);
int main(void) { char *s = strdup("made"); printf("%s %d %.3f\n", s, twice(21), sqrt(2)); free(s); return 0; }
C
echo 'int twice(int x) { return 2 * x; }' >twice.c
gcc -O2 -g -c main.c twice.c && ld -r -o both.o main.o twice.o && gcc both.o -o made -lm && ./made
gcc -O2 -flto main.c twice.c -o lto -lm && ./lto; ar rc libtwice.a twice.o && nm libtwice.a; objdump -d twice.o | cksum
gcc -O2 -S -o - twice.c | cksum; strip made && ./made; echo 'int x = ;' | gcc -xc -c - 2>&1; readelf -h main.o | cksum
RUN
limit 20M cc1 1 'out of memory allocating|virtual memory exhausted' <<'RUN'
for i in {1..20000}; do echo "int f$i(int x) { return x * $i; }"; done >many.c; gcc -O2 -c many.c
RUN
limit 2M '*-as' 1 'memory exhausted' <<'RUN'
seq -f 'f%g: nop' 100000 >many.s; as many.s
RUN
limit 2M '*-ld.bfd' 1 'memory exhausted' <<'RUN'
echo 'int main(void) { return 0; }' >main.c; gcc -fuse-ld=bfd main.c
RUN

row long g++ g++ <<'RUN'
g++ -std=c++17 -O2 -pthread "$IN/parts.cc" -o parts && ./parts
RUN
limit 2G parts 0 'std::bad_alloc, null, std::bad_alloc' <<'RUN'
g++ -std=c++17 -pthread "$IN/parts.cc" -o parts && ./parts giant
RUN
limit 64M parts 134 'bad_alloc' <<'RUN'
g++ -std=c++17 -pthread "$IN/parts.cc" -o parts && ./parts forever
RUN
limit 64M cc1plus 1 'out of memory allocating|virtual memory exhausted' <<'RUN'
g++ -std=c++17 -O2 -c "$IN/parts.cc"
RUN

row long clang 'clang g++' <<'RUN'
clang++ -std=c++17 -O2 -pthread "$IN/parts.cc" -o parts && ./parts; clang -x c -O2 -S -o - - <<<'int f(int x) { return x * 7; }'
RUN
limit 64M 'clang*' '[1-9][0-9]*' 'out of memory|LLVM ERROR' <<'RUN'
clang++ -std=c++17 -O2 -c "$IN/parts.cc"
RUN

row long binutils 'ld.gold:binutils gcc' <<'RUN'
echo '#include <stdio.h>
int main(void) { puts("linked"); return 0; }' >main.c
gcc -fuse-ld=gold main.c -o gold && ./gold
RUN
limit 300K '*ld.gold' '[1-9]' 'bad_alloc|out of memory|annot allocate|memory exhausted' <<'RUN'
echo 'int main(void) { return 0; }' >main.c; gcc -fuse-ld=gold main.c
RUN

row long make 'make gcc' <<'RUN'
for i in {1..40}; do
    echo "int f$i(void) { return $i; }" >f$i.c
    calls+="int f$i(void); " sum+="f$i() + "
done
echo "$calls int printf(const char *, ...); int main(void) { printf(\"%d\\n\", $sum 0); return 0; }" >main.c
echo 'sum: $(patsubst %.c,%.o,$(wildcard *.c)); @$(CC) -o $@ $^' >Makefile
make -s -j4 && ./sum; make -q; echo $?; make -s -j2 -B CFLAGS=-O2 && ./sum
RUN
limit 1M make 2 'virtual memory exhausted' <<'RUN'
for i in {1..20000}; do echo "target$i:; @echo $i"; done >Makefile; make target1
RUN

row long cmake 'cmake make gcc' <<'RUN'
mkdir source
cat >source/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.10)
project(small C)
add_library(twice STATIC twice.c)
add_executable(small main.c)
target_link_libraries(small twice)
enable_testing()
add_test(NAME runs COMMAND small)
CMAKE
echo 'int twice(int x) { return 2 * x; }' >source/twice.c
echo 'int twice(int); int main(void) { return twice(0); }' >source/main.c
cmake -S source -B made | sed 's/ ([0-9.]*s)//' && cmake --build made -j2 | sort && cd made && ctest | grep -v 'Total Test time' | sed 's/ *[0-9.]* sec$//'
RUN
limit 400K cmake '[1-9][0-9]*' 'bad_alloc|annot allocate|ut of memory' <<'RUN'
echo 'cmake_minimum_required(VERSION 3.10)
project(small C)' >CMakeLists.txt; cmake .
RUN

row short git git <<'RUN'
export GIT_AUTHOR_DATE='2020-02-02T02:02:02Z' GIT_COMMITTER_DATE='2020-02-02T02:02:02Z' GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester; git config --global user.email tester@example.invalid; git config --global init.defaultBranch trunk
git init -q origin; cd origin; cp -r "$IN/tree" "$IN/numbers" .
git add . && git commit -qm first
for i in 1 2 3; do sed -i "s/${i}7/x/" numbers; echo $i >>tree/north/one/a.txt; git commit -qam "change $i"; done
git checkout -qb side HEAD~2; sed -i '1s/^/side/' tree/south/two/b.txt; git commit -qam side; git checkout -q trunk; git merge -q -m merged side
git gc -q --no-prune; git repack -q -adf --threads=2; git fsck 2>&1; git count-objects -v | grep -v size
cd ..; git clone -q --no-local origin clone; cd clone; git log --stat | cksum; git log -p --follow tree/north/one/a.txt | cksum
git grep -c quick | cksum; git blame numbers | cksum; git archive HEAD | tar -t | wc -l; git bundle create -q ../b HEAD; git shortlog -sn HEAD
RUN
limit 2M git 128 'fatal: Out of memory|fatal: .*unable to create threaded' <<'RUN'
git init -q .; git config user.name tester; git config user.email tester@example.invalid
MEMRESTRICT_LIMIT=64M git add "$PWD" ; cp "$IN/longline" "$IN/words" .; MEMRESTRICT_LIMIT=64M git add . && MEMRESTRICT_LIMIT=64M git commit -qm all && git gc -q
RUN

# Data.

row long sqlite sqlite3 <<'RUN'
sqlite3 base "
pragma journal_mode = wal; create table t(n integer primary key, word text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000) insert into t select i, 'word' || (i * 7919 % 10007) from n;
create index w on t(word); select word, count(*) from t group by word order by 2 desc, 1 limit 3;
update t set word = word || 'x' where n % 3 = 0; delete from t where n % 7 = 0; vacuum; pragma integrity_check;
select sum(length(word)), max(word) from t; select json_group_array(n) from (select n from t limit 5);"
sqlite3 base .dump | cksum; sqlite3 -csv base 'select * from t order by word desc limit 5'
sqlite3 :memory: "create virtual table f using fts5(a); insert into f values('quick fox'),('brown dog'); select * from f where f match 'fox'"
RUN
limit 4M sqlite3 '1|7' 'out of memory' <<'RUN'
sqlite3 :memory: "select length(replace(hex(zeroblob(1000000)), '0', 'xyz'))"
RUN
limit 4M sqlite3 '1|7' 'out of memory' <<'RUN'
sqlite3 :memory: 'create table t(a); with recursive n(i) as (select 1 union all select i + 1 from n) insert into t select randomblob(1000) from n'
RUN

row long redis 'redis-server redis-benchmark:redis-tools' <<'RUN'
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly yes --io-threads 2 --dir "$PWD" >log &
until redis-cli -s socket ping >/dev/null 2>&1; do sleep 0.1; done
redis-benchmark -s socket -q -n 5000 -c 20 -P 4 -r 1000 -t set,get,incr,lpush,lrange_100,hset,zadd >/dev/null; echo $?
redis-cli -s socket flushall
for i in {1..300}; do echo "set key$i $i"; echo "rpush list $i"; echo "zadd set $i m$i"; echo "append text abcdefghij"; done | redis-cli -s socket | cksum
redis-cli -s socket eval 'local n = 0; for i = 1, 300 do n = n + redis.call("get", "key" .. i) end; return n' 0
redis-cli -s socket bgrewriteaof; sleep 0.5; redis-cli -s socket memory usage list; redis-cli -s socket dbsize; redis-cli -s socket strlen text
redis-cli -s socket --rdb dump >/dev/null 2>&1; redis-check-rdb dump | grep -c OK; redis-cli -s socket shutdown nosave; wait $!
RUN
limit 24M redis-server 134 'Out Of Memory allocating [0-9]+ bytes' <<'RUN'
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --dir "$PWD" &
until redis-cli -s socket ping >/dev/null 2>&1; do sleep 0.1; done
redis-cli -s socket eval 'for i = 1, 1000 do redis.call("set", i, string.rep("x", 100000)) end' 0 >&2; wait $!
RUN

alarm='never joined' row long postgres 'initdb:postgresql setpriv:util-linux' <<'RUN'
as_user=; [ "$(id -u)" -ne 0 ] || { as_user='setpriv --reuid=65534 --regid=65534 --clear-groups'; chown 65534:65534 . tmp home; }
$as_user initdb -D data -U tester -A trust --no-sync -E UTF8 --locale=C >/dev/null && cd data
$as_user pg_ctl -D . -s -w -l log -o "-c listen_addresses= -k $PWD -c fsync=off -c jit=off -c huge_pages=off -c shared_buffers=32MB" start
$as_user psql -h "$PWD" -U tester -d postgres -Atq <<'SQL'
create table t as select i n, 'word' || (i * 7919 % 10007) word from generate_series(1, 50000) i;
create index on t(word); analyze t; set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
select word, count(*) from t group by word order by 2 desc, 1 limit 3; select md5(string_agg(word, ',' order by n desc)) from t;
do $$ begin for i in 1..100 loop update t set word = word || 'x' where n = i; end loop; end $$;
select sum(length(word)) from t; select count(*) from t a join t b using (word) where a.n < 1000;
SQL
$as_user psql -h "$PWD" -U tester -d postgres -Atqc "select length(repeat('x', 100000000))"; $as_user pg_ctl -D . -s -w -m fast stop; echo $?
RUN
limit 20M postgres 1 'could not map anonymous shared memory|could not create shared memory|out of memory' <<'RUN'
as_user=; [ "$(id -u)" -ne 0 ] || { as_user='setpriv --reuid=65534 --regid=65534 --clear-groups'; chown 65534:65534 . tmp home; }
MEMRESTRICT_LIMIT=unlimited $as_user initdb -D data -U tester -A trust --no-sync -E UTF8 --locale=C >/dev/null && cd data && $as_user postgres -D "$PWD" -c listen_addresses= -k "$PWD" -c shared_buffers=32MB -c huge_pages=off
RUN

row long jq jq <<'RUN'
seq 20000 | jq -s '[.[] | {n: ., s: tostring, sq: (. * .)}] | group_by(.n % 7) | map({k: .[0].n, c: length, m: (map(.sq) | max)})'
jq -Rn '[inputs | split(" ") | .[1]] | group_by(.) | map({(.[0]): length}) | add | to_entries | sort_by(-.value, .key) | .[:3]' "$IN/words"
RUN
limit 2M jq '2|5|134' 'cannot allocate memory' <<'RUN'
seq 100000 | jq -s add
RUN

row long zstd zstd <<'RUN'
zstd -q -T2 -12 -c "$IN/longline" | tee x.zst | cksum; zstd -q -dc x.zst | cksum; zstd -q -t x.zst; zstd -q --train "$IN"/tree/*/*/*.txt -o dict 2>/dev/null; ls dict; zstd -qb1e1i0 "$IN/words" >/dev/null; echo $?
RUN
limit 8M zstd 11 'Allocation error : not enough memory' <<'RUN'
zstd -q -19 -c "$IN/words"
RUN

# Servers and clients.

row long nginx 'nginx:nginx-light curl' <<'RUN'
mkdir temp logs
cat >nginx.conf <<NGINX
daemon off; worker_processes 2; pid nginx.pid; error_log logs/error.log;
events { worker_connections 64; }
http {
    access_log off; sendfile on; gzip on; gzip_types *; gzip_min_length 100;
    client_body_temp_path temp/a; proxy_temp_path temp/b; fastcgi_temp_path temp/c; uwsgi_temp_path temp/d; scgi_temp_path temp/e;
    server { listen unix:$PWD/socket; root $IN; location /p/ { proxy_pass http://unix:$PWD/socket:/; } }
}
NGINX
nginx -p "$PWD" -c nginx.conf 2>/dev/null &
until [ -S socket ] && curl -sf --unix-socket socket http://localhost/numbers >/dev/null; do sleep 0.1; done
for path in words bytes p/longline nothing tree/north/one/a.txt; do curl -s --unix-socket socket "http://localhost/$path" | cksum; done
curl -s --compressed --unix-socket socket http://localhost/words | cksum; curl -sI --unix-socket socket http://localhost/words | grep -v Date
curl -sZ --no-progress-meter --unix-socket socket 'http://localhost/words?[1-20]' -o 'got_#1' && cksum got_* | cut -d' ' -f1 | uniq -c
kill -HUP "$(cat nginx.pid)"; sleep 0.5; curl -s --unix-socket socket -r 100-199 http://localhost/numbers | cksum; kill -QUIT "$(cat nginx.pid)"; wait $!
RUN
limit 1M nginx 0 'alloc.* failed \(12: Cannot allocate memory\)' <<'RUN'
mkdir temp logs
cat >nginx.conf <<NGINX
daemon off; worker_processes 1; pid nginx.pid; error_log logs/error.log;
events { worker_connections 64; }
http {
    access_log off; client_body_temp_path temp/a; proxy_temp_path temp/b; fastcgi_temp_path temp/c; uwsgi_temp_path temp/d; scgi_temp_path temp/e;
    server { listen unix:$PWD/socket; root $IN; location /big/ { alias $IN/; sendfile off; output_buffers 1 8m; directio off; } }
}
NGINX
nginx -p "$PWD" -c nginx.conf 2>/dev/null &
until [ -S socket ] && curl -sf --unix-socket socket http://localhost/numbers >/dev/null; do sleep 0.1; done
curl -s --unix-socket socket http://localhost/big/longline | cksum; curl -s --unix-socket socket http://localhost/words | cksum
cat logs/error.log; kill -QUIT "$(cat nginx.pid)"; wait $!
RUN

row long curl curl <<'RUN'
curl -s "file://$IN/words" | cksum; curl -s "file://$IN/"{bytes,numbers} | cksum; curl -s file:///nothing; echo $?
curl -s http://127.0.0.1:1/; echo $?; curl -sr 10-20 "file://$IN/numbers"
RUN
limit 100K curl '[1-9][0-9]*' 'ut of memory|GnuTLS|error' <<'RUN'
curl -sS "file://$IN/words"
RUN

row long openssl openssl <<'RUN'
for digest in sha256 sha512 sha3-256 blake2b512 md5; do openssl dgst -$digest "$IN/words"; done
openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -S 0102030405060708 -in "$IN/words" | tee sealed | cksum
openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x -S 0102030405060708 -in sealed | cksum
openssl genrsa -out key 1024 2>/dev/null && openssl rsa -in key -check -noout 2>&1
openssl dgst -sha256 -sign key -out signature "$IN/words" && openssl rsa -in key -pubout -out public 2>/dev/null && openssl dgst -sha256 -verify public -signature signature "$IN/words"
openssl req -x509 -new -key key -subj /CN=localhost -days 1 -out certificate && openssl verify -CAfile certificate certificate; openssl prime 1000003; openssl version
RUN
limit 4M openssl 1 'malloc failure|malloc fail|memory limit exceeded' <<'RUN'
openssl kdf -keylen 32 -kdfopt pass:x -kdfopt salt:y -kdfopt n:16384 -kdfopt r:8 -kdfopt p:1 SCRYPT
RUN
limit 4M openssl 1 'ould not allocate [0-9]+ bytes' <<'RUN'
openssl enc -base64 -bufsize 100000000 -in "$IN/words"
RUN

# What people sit before.

row long vim vim <<'RUN'
cp "$IN/words" .
vim -u NONE -i NONE -N -es -c '%s/\vword(\d+)/\1drow/g' -c 'g/fox/normal A!' -c 'sort! n' -c 'let x = repeat(["a"], 100000)' -c 'call writefile([len(x), join(x[:5])], "list")' -c wq words
cksum words; cat list; vim -u NONE -i NONE -N -es -c 'redir >> said' -c 'echo system("echo child")' -c 'g/word7 /d' -c undo -c 'echo line("$")' -c 'qa!' words; cat said
RUN
limit 4M 'vim*' 0 'E342: Out of memory!' <<'RUN'
vim -u NONE -i NONE -N -es -V1 -c 'let x = repeat("abc", 10000000)' -c 'call writefile(["went on"], "list")' -c 'qa!'
cat list
RUN

row long emacs emacs:emacs-nox <<'RUN'
cp "$IN/words" .
emacs --batch -Q words --eval '(progn (while (search-forward "fox" nil t) (replace-match "wolf")) (sort-lines nil (point-min) (point-max)) (save-buffer))' 2>&1 && cksum words
emacs --batch -Q --eval '(princ (apply (quote +) (number-sequence 1 1000)))' --eval '(princ (shell-command-to-string "echo child"))'
RUN
limit 64M 'emacs*' '[0-9]+' 'emory exhausted|survived' <<'RUN'
emacs --batch -Q --eval '(let (x) (condition-case nil (while t (push (make-string 100000 ?x) x)) (error (setq x nil) (princ "survived"))))'
RUN

alarm='set-user-ID or the like' row long tmux tmux <<'RUN'
tmux -S "$PWD/socket" -f /dev/null new-session -d -x 80 -y 24 "bash --norc --noprofile"
tmux -S socket send-keys 'PS1="> "; clear; seq 3000; for i in 1 2 3; do echo line $i; done; touch done' Enter
until [ -e done ]; do sleep 0.1; done; sleep 0.5
tmux -S socket split-window -h 'echo right; sleep 1000'; sleep 0.3; tmux -S socket list-panes -F '#{pane_index} #{pane_width}x#{pane_height}'
tmux -S socket capture-pane -p -S -100 -t 0 | tail -n 30; tmux -S socket capture-pane -p -t 1; tmux -S socket list-sessions -F '#{session_name} #{session_windows}'; tmux -S socket kill-server
RUN
limit 2M tmux '[0-9]+' 'server exited|lost server|no server running|error connecting' <<'RUN'
tmux -S "$PWD/socket" -f /dev/null new-session -d -x 80 -y 24 "cat '$IN/words' '$IN/words'; sleep 1000"; sleep 2; tmux -S socket set-option -g history-limit 100000
tmux -S socket new-window "cat '$IN/words' '$IN/words'; sleep 1000" ; sleep 3; tmux -S socket list-sessions 2>&1; tmux -S socket kill-server
RUN

row long less less <<'RUN'
less "$IN/longline" | cksum; less -N -S "$IN/words" | cksum; less -p fox "$IN/words" | cksum
RUN
limit 60K less 1 'annot allocate memory|^$' <<'RUN'
less "$IN/longline" 2>&1
RUN

# Its processes say on stderr what their sandboxes forbid, which is not the same each time.
alarm='limited alone|not limited' row long firefox firefox-esr <<'RUN'
mkdir profile
echo '<body><script>document.body.textContent = Array.from({length: 1000}, (_, i) => i * i).reduce((a, b) => a + b)</script>' >page.html
firefox-esr --version; timeout 300 firefox-esr --headless --no-remote --profile "$PWD/profile" --screenshot "$PWD/page.png" "file://$PWD/page.html" >/dev/null 2>&1
echo $?; cksum page.png
RUN
limit 16M 'firefox*' '[1-9][0-9]*' '^[1-9][0-9]*$' <<'RUN'
mkdir profile; echo '<p>' >page.html
timeout 300 firefox-esr --headless --no-remote --profile "$PWD/profile" --screenshot "$PWD/page.png" "file://$PWD/page.html" >/dev/null 2>&1
status=$?; echo $status; exit $status
RUN

row long gdb 'gdb gcc' <<'RUN'
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
struct pair { int a; const char *b; };
static int depth(int n) { return n == 0 ? 0 : 1 + depth(n - 1); }
int main(void) { struct pair p = {7, "seven"}; char *s = malloc(100); printf("%d %s %d\n", p.a, p.b, depth(5) + (s == NULL)); free(s); return 3; }
C
gcc -g -O0 main.c -o small
gdb -nx -batch -ex 'set startup-with-shell off' -ex 'break depth if n == 0' -ex run -ex bt -ex 'up 6' -ex 'print p' -ex 'ptype p' -ex 'info locals' -ex 'finish' -ex 'delete' -ex continue ./small 2>&1 |
    grep -vE 'Inferior 1|0x|libthread_db'
gdb -nx -batch -ex 'python print(sum(range(1000)))' -ex 'info line main' ./small | sed 's/0x[0-9a-f]*/ADDRESS/g'
RUN
limit 2M gdb '[1-9][0-9]*' 'Python not initialized|emory|internal' <<'RUN'
gdb -nx -batch -ex 'print 1'
RUN

row long busybox busybox <<'RUN'
busybox sort "$IN/words" | busybox sha256sum; busybox awk '{ n[$2]++ } END { print length(n) }' "$IN/words"; busybox gzip -c "$IN/words" | busybox gunzip | busybox cksum
busybox ash -c 'i=0; while [ $i -lt 1000 ]; do i=$((i + 1)); done; echo $i; x=$(head -n 1000 "$IN/words"); echo ${#x}'; busybox find "$IN/tree" | busybox sort | busybox tail -n 2
busybox sed 's/fox/dog/' "$IN/words" | busybox md5sum; busybox tar c -C "$IN" tree | busybox tar t | busybox wc -l; busybox vi -h 2>/dev/null; busybox bc <<<'2^100'
RUN
limit 300K busybox '[12]' 'out of memory' <<'RUN'
busybox sort "$IN/words"
RUN

row long file file <<'RUN'
file -b "$IN"/* /bin/sh; file -bi "$IN/bytes"; file -bz "$IN/bytes"
RUN
limit 5M file 1 'cannot map .*Cannot allocate memory' <<'RUN'
file "$IN/bytes"
RUN

row long bc bc <<'RUN'
echo 'scale = 500; 4 * a(1)' | bc -l; echo '2 ^ 20000 % 1000000007' | bc
RUN
limit 300K bc 1 'Out of memory for malloc' <<'RUN'
echo '2 ^ 10000000' | bc
RUN

row long imagemagick mogrify:imagemagick <<'RUN'
printf 'P3\n2 2\n255\n255 0 0 0 255 0 0 0 255 9 9 9\n' >small.ppm; cp small.ppm big.ppm
mogrify -resize 700x700! -blur 0x3 -rotate 30 -colorspace Gray big.ppm && cksum big.ppm; mogrify -format png small.ppm && identify -format '%w %h %m\n' small.png big.ppm
RUN
limit 8M mogrify '[01]' 'resources exhausted|emory' <<'RUN'
printf 'P3\n2 2\n255\n255 0 0 0 255 0 0 0 255 9 9 9\n' >big.ppm; mogrify -limit disk 0 -resize 2000x2000! big.ppm
RUN

row long ssh-keygen ssh-keygen:openssh-client <<'RUN'
ssh-keygen -q -t ed25519 -N '' -f key && ssh-keygen -y -f key | cut -d' ' -f1
cp "$IN/words" .; ssh-keygen -Y sign -q -f key -n x words && ssh-keygen -Y check-novalidate -n x -s words.sig <words | sed 's/key.*//'
RUN

row long tclsh tclsh:tcl <<'RUN'
tclsh <<'TCL'
set x {}
for {set i 0} {$i < 50000} {incr i} {lappend x [expr {$i * 7 % 1009}]}
puts [llength [lsort -unique -integer $x]]
puts [expr {2 ** 300}]
puts [string length [string repeat abc 1000000]]
puts [exec echo child]
TCL
RUN
limit 4M tclsh 134 'unable to (re)?alloc|could not allocate' <<'RUN'
tclsh <<<'set x {}; while 1 {lappend x [incr i]}'
RUN

row long gpg gpg <<'RUN'
export GNUPGHOME=$PWD/home/.gnupg; mkdir -m 700 -p "$GNUPGHOME"
gpg -q --batch --pinentry-mode loopback --passphrase x -o sealed -c "$IN/words"
gpg -q --batch --pinentry-mode loopback --passphrase x -d sealed | cksum; gpgconf --kill all
RUN

row long apt 'apt-cache:apt dpkg-deb:dpkg' <<'RUN'
apt-cache -o Dir::Cache="$PWD" show bash | grep -c ^Package; apt-cache -o Dir::Cache="$PWD" depends bash | head -n 5; dpkg -l | wc -l
mkdir -p deb/DEBIAN; printf '%s: x\n' Package Maintainer Description >deb/DEBIAN/control; printf 'Version: 1\nArchitecture: all\n' >>deb/DEBIAN/control
dpkg-deb -b deb >/dev/null && dpkg-deb -I deb.deb | grep Version
RUN

row long strace strace <<'RUN'
strace -f -qq -e trace=none -e signal=none sh -c 'echo traced | cat'
RUN

row long stress-ng stress-ng <<'RUN'
for stressor in '--malloc 2 --malloc-bytes 1M --malloc-max 100 --malloc-pthreads 2' '--mmap 2 --mmap-bytes 8M --mmap-mprotect' \
    '--mremap 2 --mremap-bytes 8M' '--brk 1 --brk-ops 20000' '--vm 2 --vm-bytes 8M' '--mmapmany 1' '--munmap 1' '--shm 1' '--fork 2' \
    '--vfork 1' '--pthread 1' '--stack 1' '--madvise 1' '--mmapfixed 1' '--mprotect 1' '--clone 1' '--memfd 1'; do
    stress-ng $stressor --timeout 2 --verify --oomable -q >said 2>&1; echo "$stressor $?"; grep -i fail said
done
true
RUN
limit 64M 'stress-ng*' 0 'successful run completed' <<'RUN'
for stressor in '--malloc 1 --malloc-bytes 64M' '--vm 1 --vm-bytes 256M' '--mmap 1 --mmap-bytes 256M' '--mremap 1 --mremap-bytes 256M' '--brk 1' '--bigheap 1'; do
    stress-ng $stressor --timeout 2 --verify 2>&1 || exit
done
RUN
