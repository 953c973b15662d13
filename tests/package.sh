#!/bin/bash
# The Debian package: built from a copy of the sources, found clean by lintian, and used from where
# it was unpacked. From the environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
. tests/results.sh

for tool in dpkg-buildpackage dh lintian; do
    command -v "$tool" >/dev/null || {
        echo "SKIP the Debian package: no $tool (packages dpkg-dev, debhelper, lintian)"
        exit 0
    }
done
missing=$(dpkg-checkbuilddeps debian/control 2>&1)
[ -z "$missing" ] || {
    echo "SKIP the Debian package: ${missing##*: }"
    exit 0
}

folder=$BUILD/package
rm -rf "$folder"
mkdir -p "$folder/memrestrict" "$folder/unpacked"
folder=$(cd "$folder" && pwd)
cp -Rp Makefile LICENSE README.md include libmemrestrict memrestrict debian "$folder/memrestrict"

# The make and the flags that run this test are not those of the package.
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS BUILD MAKE
if ! (cd "$folder/memrestrict" && dpkg-buildpackage -us -uc -b) >"$folder/log" 2>&1; then
    result "dpkg-buildpackage builds it" "$(tail -n 20 "$folder/log")"
    print_results
    exit
fi
result "dpkg-buildpackage builds it" ""
result "lintian finds nothing" "$(lintian --allow-root --fail-on none "$folder"/*.changes 2>&1)"
result "no file is in two packages, or in none" "$(grep -E 'dh_missing: (warning|error)' "$folder/log")"

for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
run=$folder/unpacked/usr/bin/memrestrict
result "the command from the package says its version" \
    "$("$run" --version 2>&1 | grep -qF "$(sed -n 's/^VERSION := //p' Makefile)" || "$run" --version 2>&1)"
status=0
words=$("$run" -l 1M -e 9 -- sh -c 'sort -S 8M /dev/null' 2>&1) || status=$?
result "the command from the package finds its library and refuses" \
    "$([ $status = 9 ] || echo "status $status: $words")"
print_results
