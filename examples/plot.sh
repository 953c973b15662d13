#!/bin/sh
# SPDX-License-Identifier: MIT
# Draws examples/timeline.svg, the picture of the README: a cache that meets its budget, and is emptied.
# plot.sh [MEMRESTRICT [PICTURE]]; a picture that ends in .png is drawn as such.
set -eu
cd "$(dirname "$0")/.."
memrestrict=${1:-build/memrestrict}
picture=${2:-examples/timeline.svg}
timeline=$(mktemp)
trap 'rm -f "$timeline"' EXIT

"$memrestrict" -l 32M --program='python3*' --timeline="$timeline" python3 examples/cache.py
"$memrestrict" plot "$timeline"
"$memrestrict" plot -o "$picture" "$timeline"
