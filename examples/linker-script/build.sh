#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh PROGRAM: links heap_below_stack by below_stack.ld. Code and data are too far from each other
# for the usual addresses, and for the start files, which have those.
here=$(dirname "$0")
exec gcc -O1 -fPIE -no-pie -mcmodel=large -fno-plt -fno-asynchronous-unwind-tables -nostartfiles \
    -Wl,-e,begin -T "$here/below_stack.ld" "$here/heap_below_stack.c" -o "${1:?build.sh PROGRAM}"
