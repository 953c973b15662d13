#!/bin/bash
# make install and uninstall: everything is where it belongs, works from there, and is taken away
# again. From the environment: MAKE, BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
MAKE=${MAKE:-make}
BUILD=${BUILD:-build}
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

made() { $MAKE --no-print-directory -s BUILD="$BUILD" "$@" 2>&1; }
files() { (cd "$1" && find . ! -type d | sort); }

complaint=$(made install DESTDIR="$folder/root") || complaint="make failed: $complaint"
result "make install says nothing" "$complaint"
wanted='./usr/local/bin/memrestrict
./usr/local/include/memrestrict.h
./usr/local/lib/cmake/memrestrict/memrestrict-config-version.cmake
./usr/local/lib/cmake/memrestrict/memrestrict-config.cmake
./usr/local/lib/libmemrestrict.so
./usr/local/lib/pkgconfig/memrestrict.pc
./usr/local/share/bash-completion/completions/memrestrict
./usr/local/share/fish/vendor_completions.d/memrestrict.fish
./usr/local/share/man/man1/memrestrict-judge.1
./usr/local/share/man/man1/memrestrict.1
./usr/local/share/man/man3/memrestrict.h.3
./usr/local/share/man/man7/libmemrestrict.7
./usr/local/share/zsh/site-functions/_memrestrict'
result "every file is in its place" "$(diff <(echo "$wanted") <(files "$folder/root"))"
result "nothing names the folder that stands for /" \
    "$(grep -rlF "$folder" "$folder/root")"
result "programs and libraries can be run, data cannot" "$(cd "$folder/root" && find . -type f -perm /111 |
    sort | diff <(printf '%s\n' ./usr/local/bin/memrestrict ./usr/local/lib/libmemrestrict.so) -)"

status=0
words=$("$folder/root/usr/local/bin/memrestrict" -l 1M -e 9 -- sh -c 'sort -S 8M /dev/null' 2>&1) || status=$?
result "the installed command finds the library beside it" "$([ $status = 9 ] || echo "status $status: $words")"

if command -v pkg-config >/dev/null; then
    pc() { PKG_CONFIG_PATH=$folder/root/usr/local/lib/pkgconfig pkg-config "$@" memrestrict 2>&1; }
    version=$(sed -n 's/^VERSION := //p' Makefile)
    result "pkg-config knows the version" "$([ "$(pc --modversion)" = "$version" ] || pc --modversion)"
    result "pkg-config knows the library to preload" \
        "$([ "$(pc --variable=preload)" = /usr/local/lib/libmemrestrict.so ] || pc --variable=preload)"
    result "pkg-config's file is valid" "$(pc --validate)"
else
    echo "SKIP pkg-config: package pkg-config"
fi
if command -v cmake >/dev/null; then
    result "CMake finds it below a folder that stands for /" "$(cmake -S examples/linked -B "$folder/below" \
        -DCMAKE_PREFIX_PATH="$folder/root/usr/local" >"$folder/log" 2>&1 || tail -n 20 "$folder/log")"
fi
if command -v man >/dev/null && man -w man >/dev/null 2>&1; then
    result "man finds all pages" "$(MANPATH=$folder/root/usr/local/share/man \
        man -w memrestrict memrestrict.h libmemrestrict 2>&1 >/dev/null)"
else
    echo "SKIP man: package man-db"
fi

complaint=$(made uninstall DESTDIR="$folder/root") || complaint="make failed: $complaint"
result "make uninstall says nothing" "$complaint"
result "nothing is left" "$(files "$folder/root")"

# Other folders, by a build of its own: the command is told where the library will be. Their names
# have what a shell, sed or pkg-config would take for something else.
mkdir "$folder/build"
cp -Rp "$BUILD/lib" "$BUILD/uthash" "$BUILD/packages" "$BUILD/libmemrestrict.so" "$folder/build"
prefix="/opt/the m & '|'" there="$folder/there's"
elsewhere() {
    $MAKE --no-print-directory -s -j "$(nproc)" BUILD="$folder/build" "$@" DESTDIR="$there" PREFIX="$prefix" \
        LIBDIR="$prefix/lib64" MANDIR=/man 2>&1
}
mkdir -p "$there/man/man1" "$there$prefix/lib64/pkgconfig"
touch "$there/man/man1/other.1" "$there$prefix/lib64/pkgconfig/other.pc"
others=$(files "$there")
complaint=$(elsewhere install) || complaint="make failed: $complaint"
result "folders can be named, also with spaces and quotes" "$complaint$(for file in "$prefix/bin/memrestrict" \
    "$prefix/lib64/libmemrestrict.so" "$prefix/include/memrestrict.h" "$prefix/share/zsh/site-functions/_memrestrict" \
    /man/man1/memrestrict.1; do [ -f "$there$file" ] || echo "no $file"; done)"
result "nothing is anywhere else" "$(files "$there" | grep -vF -e "./${prefix#/}/" -e ./man/)"
status=0
words=$("$there$prefix/bin/memrestrict" -l 1M -e 9 -- sh -c 'sort -S 8M /dev/null' 2>&1) || status=$?
result "from there too the command finds the library" "$([ $status = 9 ] || echo "status $status: $words")"
if command -v pkg-config >/dev/null; then
    words=$(PKG_CONFIG_PATH="$there$prefix/lib64/pkgconfig" pkg-config --variable=preload memrestrict 2>&1)
    result "pkg-config knows that library" "$([ "$words" = "$prefix/lib64/libmemrestrict.so" ] || echo "$words")"
fi
complaint=$(elsewhere uninstall) || complaint="make failed: $complaint"
result "make uninstall takes all of it away, and nothing of others" "$complaint$(diff <(echo "$others") <(files "$there"))"

# Where a path has a space, a shell still takes what pkg-config prints for the words that it is.
if command -v pkg-config >/dev/null; then
    complaint=$(made install-data PREFIX="$folder/a b") || complaint="make failed: $complaint"
    words=$(PKG_CONFIG_PATH="$folder/a b/lib/pkgconfig" pkg-config --cflags --libs memrestrict 2>&1)
    eval "set -- $words"
    result "what pkg-config prints can be given to a compiler" "$complaint$(diff <(printf '%s\n' "$@") \
        <(printf '%s\n' "-I$folder/a b/include" "-L$folder/a b/lib" -lmemrestrict))"
fi

# Projects that find it: examples/linked. The library of the machine's own kind is linked with.
there=$folder/there
complaint=$(made install-data PREFIX="$there") || complaint="make failed: $complaint"
install -D -m 755 "$BUILD/libmemrestrict.so" "$there/lib/libmemrestrict.so"
install -D -m 644 include/memrestrict.h "$there/include/memrestrict.h"
result "what projects look for is installed" "$complaint"
cp -R examples/linked "$folder/linked"
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS DESTDIR
good() { "$@" >"$folder/log" 2>&1 || tail -n 20 "$folder/log"; }

# It is needed though few of its names are, by every linker, wherever it stands.
for tools in "gcc bfd" "gcc gold" "gcc lld" "clang bfd" "clang lld"; do
    read -r compiler linker <<<"$tools"
    if ! command -v "$compiler" >/dev/null || ! command -v "ld.$linker" >/dev/null; then
        echo "SKIP $compiler with $linker: not there"
        continue
    fi
    for order in "main.c -Wl,--as-needed -lmemrestrict" "-Wl,--as-needed -lmemrestrict main.c"; do
        # shellcheck disable=SC2086 # several words
        result "$compiler with $linker links $order" "$(cd "$folder/linked" && good "$compiler" -O2 -fuse-ld="$linker" \
            -I"$there/include" -L"$there/lib" -Wl,-rpath,"$there/lib" $order -o "$folder/it" && good "$folder/it")"
    done
done

if command -v cmake >/dev/null; then
    cmake_run() {
        cmake -S "$folder/linked" -B "$folder/cmake" -DCMAKE_PREFIX_PATH="$there" -DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed &&
            cmake --build "$folder/cmake" && ctest --test-dir "$folder/cmake" --output-on-failure
    }
    result "CMake finds the library and its header" "$(good cmake_run)"
    version() {
        sed -i "s/memrestrict [0-9.]* REQUIRED/memrestrict $1 REQUIRED/" "$folder/linked/CMakeLists.txt"
        cmake -S "$folder/linked" -B "$folder/cmake-$1" -DCMAKE_PREFIX_PATH="$there" >"$folder/log" 2>&1
    }
    result "CMake finds no later version" "$(version 0.999 && echo "0.999 was found"; version 9 && echo "9 was found")"
    result "CMake finds the same version" "$(version "$(sed -n 's/^VERSION := //p' Makefile)" || cat "$folder/log")"
    rm "$there/include/memrestrict.h"
    result "CMake misses a header that is not there" "$(version 0.1 && echo "it was found"
        grep -q 'memrestrict.h is missing' "$folder/log" || cat "$folder/log")"
    install -m 644 include/memrestrict.h "$there/include/memrestrict.h"
else
    echo "SKIP CMake's files: package cmake"
fi
if command -v meson >/dev/null && command -v ninja >/dev/null && command -v pkg-config >/dev/null; then
    meson_run() {
        meson setup "$folder/meson" "$folder/linked" --pkg-config-path="$there/lib/pkgconfig" &&
            meson test --timeout-multiplier 20 -C "$folder/meson" --print-errorlogs
    }
    result "Meson finds the library and its header" "$(good meson_run)"
else
    echo "SKIP Meson's dependency: packages meson, ninja-build and pkg-config"
fi
print_results
