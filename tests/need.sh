#!/bin/sh
# Sees to it that what a target needs is there: need.sh build|check|bench|package|programs-short|programs ...
# What is missing is installed through apt-get, with sudo where we are not root; where that cannot be,
# one line says what to install, and the exit status is 1. A package marked with ? may be missing, or
# unknown to this Debian: what needs it is skipped, with the reason.
set -u
cd "$(dirname "$0")/.." || exit 1

# The real programs: each row of their table names its commands, with the package behind a colon.
rows() {
    sed -n "s/^.*row $1 [^ ]* \\(.*\\) <<.*/\\1/p" tests/programs/rows.sh | tr -d "'" | tr ' ' '\n' |
        while IFS=: read -r program package; do
            case $program in '' | python-tests) continue ;; esac
            echo "command:$program ?${package:-$program}"
        done
}

# What to look for, and the Debian package that has it: a command, a header or a library file.
needs() {
    case $1 in
    build)
        echo "command:cc gcc"
        echo "header:stdlib.h libc6-dev"
        echo "header:uthash.h uthash-dev"
        echo "command:pkg-config pkg-config"
        echo "header:jansson.h libjansson-dev"
        echo "header:elfutils/libdwfl.h libdw-dev"
        echo "header:gelf.h libelf-dev"
        echo "header:seccomp.h libseccomp-dev"
        ;;
    check)
        needs build
        echo "header:check.h check"
        echo "command:g++ g++"
        echo "command:clang ?clang"
        echo "command:clang-format-14 ?clang-format-14"
        echo "command:clang-tidy-14 ?clang-tidy-14"
        echo "command:valgrind ?valgrind"
        echo "command:heaptrack ?heaptrack"
        echo "command:musl-gcc ?musl-tools"
        echo "command:shellcheck ?shellcheck"
        echo "command:cmake ?cmake"
        echo "command:spin ?spin"
        echo "command:meson ?meson"
        for program in mandoc:mandoc man:man-db groff:groff-base zsh:zsh fish:fish tmux:tmux jq:jq \
            autoreconf:automake setpriv:util-linux script:bsdutils xmllint:libxml2-utils prove:perl gnuplot:gnuplot-nox \
            parallel:parallel; do
            echo "command:${program%%:*} ?${program#*:}"
        done
        echo "file:/usr/share/bash-completion/bash_completion ?bash-completion"
        echo "file:/usr/lib/python3/dist-packages/pytest/__init__.py ?python3-pytest"
        echo "file:/usr/lib/python3/dist-packages/yaml/__init__.py ?python3-yaml"
        echo "command:ninja ?ninja-build"
        echo "command:bwrap ?bubblewrap"
        echo "file:/usr/lib/gcc/*/*/32/libgcc.a ?gcc-multilib"
        echo "file:/usr/lib/gcc/*/*/32/libstdc++.so ?g++-multilib"
        echo "file:/usr/lib/*/libclang_rt.fuzzer-*.a|/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a ?libclang-rt-14-dev"
        echo "header:talloc.h ?libtalloc-dev"
        echo "file:/usr/include/cmocka.h ?libcmocka-dev"
        echo "file:/usr/include/gtest/gtest.h ?libgtest-dev"
        echo "file:/usr/include/catch2/catch.hpp ?catch2"
        for library in jemalloc.so.2:libjemalloc2 tcmalloc_minimal.so.4:libtcmalloc-minimal4 \
            tcmalloc.so.4:libgoogle-perftools4 mimalloc.so.2:libmimalloc2.0; do
            echo "file:/usr/lib/*/lib${library%%:*} ?${library#*:}"
        done
        ;;
    bench)
        for library in jemalloc.so.2:libjemalloc2 tcmalloc.so.4:libgoogle-perftools4 \
            mimalloc.so.2:libmimalloc2.0; do
            echo "file:/usr/lib/*/lib${library%%:*} ?${library#*:}"
        done
        echo "command:heaptrack ?heaptrack"
        for program in sqlite3:sqlite3 jq:jq git:git perl:perl xz:xz-utils python3:python3; do
            echo "command:${program%%:*} ?${program#*:}"
        done
        echo "command:fiu-run ?fiu-utils"
        echo "command:gnuplot ?gnuplot-nox"
        ;;
    survey)
        for program in qemu-i386:qemu-user lxc-execute:lxc python3:python3 bc:bc go:golang-go java:default-jre-headless node:nodejs \
            musl-gcc:musl-tools jq:jq; do
            echo "command:${program%%:*} ?${program#*:}"
        done
        echo "file:/usr/lib/gcc/*/*/32/libgcc.a ?gcc-multilib"
        echo "file:/usr/lib/*/libtcmalloc_minimal.so.4 ?libtcmalloc-minimal4"
        ;;
    programs-short) rows short ;;
    package)
        for program in dpkg-buildpackage:dpkg-dev dh:debhelper lintian:lintian; do
            echo "command:${program%%:*} ?${program#*:}"
        done
        ;;
    programs) rows '[a-z]*' && echo "file:/usr/lib/python3*/test/test_bytes.py ?libpython3-testsuite" ;;
    esac
}

# Is it there? The kind and the thing are "KIND:THING"; a file's name is a pattern, or several.
there() {
    thing=${1#*:}
    case ${1%%:*} in
    command) command -v "$thing" >/dev/null 2>&1 ;;
    header) echo "#include <$thing>" | ${CC:-cc} -E - >/dev/null 2>&1 ;;
    file)
        for pattern in $(echo "$thing" | tr '|' ' '); do
            [ -e "$pattern" ] && return 0
        done
        return 1
        ;;
    esac
}

# Prints the packages of what is missing; `wanted` is "" for those that must be there, "?" for others.
missing_packages() {
    wanted=$1
    shift
    for group in "$@"; do needs "$group"; done | while read -r thing package; do
        case $package in
        \?*) mark='?' ;;
        *) mark='' ;;
        esac
        [ "$mark" = "$wanted" ] && ! there "$thing" && echo "${package#\?}"
    done | sort -u | tr '\n' ' '
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

must=$(missing_packages '' "$@")
may=$(missing_packages '?' "$@")
[ -n "$must$may" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || ! as_root true 2>/dev/null; then
    [ -z "$may" ] || echo "memrestrict: some tests will be skipped without (Debian's names): $may" >&2
    [ -n "$must" ] || exit 0
    echo "memrestrict: please install (Debian's names): $must" >&2
    exit 1
fi
echo "memrestrict: installing what is missing: $must$may"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt-get ARGUMENT...: into the log. Another's lock (unattended-upgrades has it for minutes on a new
# machine) is waited for, ten minutes at most, and that is said once.
apt() {
    waits=0
    until as_root env LC_ALL=C apt-get "$@" >"$log" 2>&1; do
        grep -q 'Could not get lock\|Unable to acquire the dpkg' "$log" && [ $waits -lt 120 ] || return 1
        [ $waits != 0 ] || [ -n "${said:-}" ] ||
            echo "memrestrict: waiting for apt's lock, which $(sed -n \
                's/.*held by process \([0-9]*\) (\(.*\)).*/\2 (process \1)/p' "$log" | sed -n 1p) has"
        said=yes waits=$((waits + 1))
        sleep 5
    done
}
install_packages() { apt install -y --no-install-recommends "$@"; }
apt update
# shellcheck disable=SC2086 # lists of packages
if [ -n "$must" ] && ! install_packages $must; then
    tail -n 5 "$log" >&2
    echo "memrestrict: apt-get could not install: $must" >&2
    exit 1
fi
# shellcheck disable=SC2086
if [ -n "$may" ] && ! install_packages $may; then
    for package in $may; do
        install_packages "$package" || echo "memrestrict: not to be had here: $package" >&2
    done
fi
must=$(missing_packages '' "$@")
[ -z "$must" ] || {
    echo "memrestrict: still missing after apt-get: $must" >&2
    exit 1
}
