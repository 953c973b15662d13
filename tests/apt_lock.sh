#!/bin/bash
# While another has apt's lock (unattended-upgrades, on a new machine), need.sh waits and says so.
# apt-get is one of ours here: its first calls find the lock held, a later one "installs".
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin"
ln -s /usr/bin/* /bin/* "$folder/bin" 2>/dev/null
rm -f "$folder"/bin/{pkg-config,apt-get,sudo,sleep}
# shellcheck disable=SC2016 # for the scripts
{
    printf '#!/bin/sh\necho x >>"%s/calls"\n' "$folder"
    echo '[ "$(wc -l <"'"$folder"'/calls")" -gt "$HELD" ] || {'
    echo '    echo "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)" >&2'
    echo '    exit 100'
    echo '}'
    printf 'ln -sf /bin/true "%s/bin/pkg-config"\n' "$folder"
} >"$folder/bin/apt-get"
# shellcheck disable=SC2016
printf '#!/bin/sh\nshift\nexec "$@"\n' >"$folder/bin/sudo"
printf '#!/bin/sh\n' >"$folder/bin/sleep"
chmod +x "$folder"/bin/{apt-get,sudo,sleep}

need() { # HELD: how many calls find the lock held
    rm -f "$folder/calls" "$folder/bin/pkg-config"
    output=$(HELD=$1 PATH="$folder/bin" tests/need.sh build 2>&1)
    status=$?
}

need 3
result "a lock that is let go of is waited for" "$([ $status = 0 ] || echo "status $status: $output")"
result "the wait is said once, with who has it" \
    "$([ "$(grep -c "waiting for apt's lock, which unattended-upgr (process 4711) has" <<<"$output")" = 1 ] || echo "$output")"
need 100000
result "it is not waited for without end" "$([ $status = 1 ] || echo "status $status: $output")"
result "what cannot be had is said" "$(grep -q 'could not install: pkg-config' <<<"$output" || echo "$output")"
need 0
result "where it is free nothing is said of it" "$(grep "lock" <<<"$output")"
print_results
