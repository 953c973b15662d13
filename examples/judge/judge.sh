#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Judges one submission in a container of its own, by bwrap (Debian: bubblewrap):
#
#   examples/judge/judge.sh ./submission [JUDGE OPTION]... <in >out
#
# In it are /usr, read-only, and the submission; another user, no network, no other process, and
# nothing that outlives it. The verdict is the last line on stderr, the exit status is the judge's.
set -eu
submission=$(realpath "$1")
shift
memrestrict=$(realpath "$(command -v memrestrict)")

exec bwrap --unshare-all --die-with-parent --new-session --uid 65534 --gid 65534 --cap-drop ALL \
    --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib \
    --ro-bind-try /lib64 /lib64 --ro-bind-try /lib32 /lib32 --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache \
    --proc /proc --dev /dev --tmpfs /tmp --chdir /tmp \
    --ro-bind "$memrestrict" /memrestrict --ro-bind "$submission" /submission \
    --clearenv --setenv PATH /usr/bin:/bin --setenv LANG C.UTF-8 \
    /memrestrict judge "$@" -- /submission
