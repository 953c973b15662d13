#!/bin/bash
# The recipes in examples/ that use the command: each passes in its budget and fails in half of it, as
# a project would see it. From the environment: MAKE, and BUILD with command, library and examples.
set -u
cd "$(dirname "$0")/.." || exit 1
top=$PWD
MAKE=${MAKE:-make}
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R examples "$folder" && cd "$folder" || exit 1
ln -s "$BUILD" build
export PATH=$BUILD:$PATH LC_ALL=C
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS BUILD DESTDIR

have() { command -v "$1" >/dev/null 2>&1; }

# NAME STATUS WORDS COMMAND...: the command ends with that status ("fail": any but 0), and says the words.
ends() {
    local name=$1 wanted=$2 words=$3 status=0
    shift 3
    [ ! -f said ] || cp said before
    "$@" >said 2>&1 </dev/null || status=$?
    [ "$wanted" != fail ] || [ $status = 0 ] || wanted=$status
    if [ "$status" = "$wanted" ] && tr -s ' ' <said | grep -qF -e "$words"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok - %s: status %s, wanted %s and "%s"\n%s\n' "$name" "$status" "$wanted" "$words" \
            "$(tail -n 20 said)"
    fi
}

refusal='memrestrict: big_alloc: refused 1 allocation (malloc of 100.0 KiB at '

if have cmake; then
    cmake_run() {
        cmake -S examples/ctest-command -B "$1" "${@:2}" && cmake --build "$1" &&
            ctest --test-dir "$1" --output-on-failure
    }
    ends "CTest passes in its budget" 0 "100% tests passed, 0 tests failed out of 2" cmake_run fits
    ends "CTest has a report for the CI server" 0 '<testsuite' cat fits/memory.xml
    ends "CTest fails in half of it, by both ways" fail "0% tests passed, 2 tests failed out of 2" \
        cmake_run tight -DBUDGET=64M
    ends "CTest shows the verdict" 0 "memrestrict: big_alloc_limited: refused 1 allocation" cat before
    ends "CMake says what it misses" fail "memrestrict is not at MEMRESTRICT=/none" \
        cmake_run none -DMEMRESTRICT=/none
else
    echo "SKIP the recipe for CTest: package cmake"
fi

if have meson && have ninja; then
    meson_test() { meson test --timeout-multiplier 20 -C there "$@"; }
    ends "Meson sets up" 0 "" meson setup there examples/meson-command
    ends "Meson passes in its budget" 0 "Fail: 0" meson_test --setup memory
    ends "Meson fails in half of it, a run of its own within it as well" fail "Fail: 2" meson_test --setup tight
    ends "Meson takes a wrapper" 0 "Fail: 0" meson_test --wrapper 'memrestrict -l 256M -e 9 --'
    ends "Meson shows what its wrapper refused" fail "$refusal" \
        meson_test --print-errorlogs --wrapper 'memrestrict -l 64M -e 9 --' 'does its work'
else
    echo "SKIP the recipe for Meson: packages meson and ninja-build"
fi

# A python3 of one's own may stand before the system's, and not have it.
python=python3
"$python" -c 'import pytest' 2>/dev/null || python=/usr/bin/python3
if "$python" -c 'import pytest' 2>/dev/null; then
    pytest_run() {
        env PARTS_MIB="$1" PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -p no:cacheprovider \
            examples/pytest
    }
    ends "pytest passes in its budget" 0 "3 passed" pytest_run 16
    ends "pytest fails where it was refused" 1 "2 failed, 1 passed" pytest_run 200
    ends "pytest says what was refused" 0 "times in 96M, first a " cat before
else
    echo "SKIP the recipe for pytest: package python3-pytest"
fi

make_run() { $MAKE -C examples/make OUT="$folder" check "$@"; }
ends "make passes in its budget" 0 "got all 1000 blocks" make_run
ends "make fails in half of it" 2 "$refusal" make_run BUDGET=64M
need() { $MAKE -C examples/make OUT="$folder" NEEDS="$folder/needs" need "$@"; }
ends "make keeps what a test needs" 0 "now updated" need UPDATE=1
ends "make sees that it needs no more" 0 "the same" need
sed -i '$s/^[0-9]*/50M/' needs
ends "make sees that it needs more" 2 "more is needed" need
if have prove; then
    ends "prove reads what make prints" 0 "Result: PASS" \
        prove -e "$MAKE --no-print-directory -s -C examples/make OUT=$folder TAP=1" check
    ends "prove sees the refusal" 1 "Result: FAIL" \
        prove -e "$MAKE --no-print-directory -s -C examples/make OUT=$folder TAP=1 BUDGET=64M" check
else
    echo "SKIP prove: package perl"
fi

if have autoreconf; then
    cp examples/big_alloc.c examples/automake
    automake_run() { (cd examples/automake && autoreconf -i && ./configure && $MAKE check "$@"); }
    ends "Automake passes in its budget" 0 "# PASS: 1" automake_run
    ends "Automake fails in half of it" 2 "# FAIL: 1" automake_run BUDGET=64M
    ends "Automake's log has the verdict" 0 "$refusal" cat examples/automake/big_alloc.log
else
    echo "SKIP the recipe for Automake: packages autoconf and automake"
fi

# Each allocation failing in turn: all is well, and then not (FORGETS), in each framework.
failures() {
    local framework=$1
    shift
    $MAKE -s -C examples/failures "check-$framework" OUT="$folder/failures" HEADER="-I$top/include" \
        LIBRARY="$folder/build/libmemrestrict.so" PYTHON="$python" "$@"
}
mkdir failures
while read -r framework package passes fails; do
    case $framework in
    pytest) "$python" -c 'import pytest' 2>/dev/null ;;
    *) echo "#include <$fails>" | c++ -E -x c++ -include setjmp.h -include stdarg.h - >/dev/null 2>&1 ;;
    esac || {
        echo "SKIP failures in $framework: package $package"
        continue
    }
    ends "$framework passes where each failure is taken well" 0 "$(tr _ ' ' <<<"$passes")" failures "$framework"
    rm -f failures/names.*
    ends "$framework fails where one loses memory" 2 "when allocation 2 failed" failures "$framework" FORGETS=1
    rm -f failures/names.*
done <<'END'
check check 100%:_Checks:_1 check.h
cmocka libcmocka-dev 1_test(s)_run. cmocka.h
googletest libgtest-dev [_PASSED_]_1_test. gtest/gtest.h
catch2 catch2 All_tests_passed catch2/catch.hpp
pytest python3-pytest 1_passed -
END

# The parts of a sweep must come to what the whole does.
whole=$(memrestrict sweep --quiet build/examples/words <examples/words.c | sed 's/.*sweep: //; s/;.*//')
in_parts() { examples/sweep/"$1" 3 build/examples/words <examples/words.c; }
if have parallel; then
    export PARALLEL_HOME=$folder/parallel JOURNALS=$folder/journals
    ends "GNU parallel sweeps in parts" 3 "$whole" in_parts parallel.sh
    truncate -s -20 journals/part-2
    ends "GNU parallel goes on where it was" 3 "$whole" in_parts parallel.sh
    unset JOURNALS
else
    echo "SKIP the recipe for GNU parallel: package parallel"
fi
if have sbatch && sinfo >/dev/null 2>&1; then
    export INPUT=examples/words.c
    in_parts slurm.sh >said 2>&1 && job=$(tr -dc 0-9 <said) || job=0
    for _ in $(seq 600); do
        [ -n "$(squeue --noheader --job="$job" 2>/dev/null)" ] || break
        sleep 1
    done
    ends "Slurm sweeps in parts" 0 "$whole" cat "sweep-$job.txt"
else
    echo "SKIP the recipe for Slurm: no cluster can be reached from here"
fi

# The CI files' commands, but for building: make says only if it could.
if python3 -c 'import yaml' 2>/dev/null; then
    mkdir stub
    printf '#!/bin/sh\nexec env PATH="%s" %s --no-print-directory -n -C "%s" "$@" >/dev/null\n' \
        "$PATH" "$MAKE" "$top" >stub/make
    chmod +x stub/make
    ci_run() { PATH=$PWD/stub:$PATH python3 examples/ci/run_here.py "examples/ci/$1"; }
    for file in github-command.yml gitlab-command.yml; do
        ends "$file passes in its budget" 0 "got all 1000 blocks of 102400 bytes" ci_run $file
        ends "$file leaves a report" 0 "<testsuite" cat memory.xml
        sed -i 's/128M/64M/' examples/ci/$file
        ends "$file fails in half of it" 1 "$refusal" ci_run $file
        ends "$file says why" 0 "big_alloc failed in 128 MiB; if a refusal was why" cat before
    done
    cp examples/words.c README.md
    for file in github-sweep.yml gitlab-sweep.yml; do
        rm -f part-* sweep-known.txt
        ends "$file finds what the whole sweep would" 1 "$whole" ci_run $file
        ends "$file leaves a report" 0 'type="crash"' cat sweep.xml
        memrestrict merge --baseline=sweep-known.txt --update-baseline part-* >said 2>&1
        ends "$file passes when that is known" 0 "0 findings and " ci_run $file
        rm part-2
        ends "a part that is missing is no pass" 1 "shard 2/4 is missing" \
            memrestrict merge --baseline=sweep-known.txt part-*
    done
else
    echo "SKIP the recipes for CI: package python3-yaml"
fi

print_results
