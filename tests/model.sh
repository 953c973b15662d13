#!/bin/bash
# The model of the stocks (tests/model/stock.pml): spin goes through every order of events, and finds
# nothing; and with each mistake built in, it finds the promise that is broken by it.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
model=$PWD/tests/model/stock.pml
command -v spin >/dev/null 2>&1 || { echo "SKIP the model of the stocks: package spin"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# Searches with these settings, whole or up to the first error; in `said` is what the search says.
search() {
    spin -a "$@" "$model" >said 2>&1 && ${CC:-cc} -O0 -w -DSAFETY -DMEMLIM=2000 pan.c -o pan >>said 2>&1 &&
        ./pan -m20000 -w22 >said 2>&1
}

holds() { # NAME SETTING...
    local name=$1
    shift
    search "$@"
    if grep -q 'errors: 0$' said && ! grep -qE 'not completed|max search depth too small|out of memory' said; then
        result "$name" ""
    else
        result "$name" "$(head -n 30 said)"
    fi
}

breaks() { # NAME ASSERTION SETTING...
    local name=$1 assertion=$2
    shift 2
    search "$@"
    result "$name" "$(grep -qF "assertion violated $assertion" said || head -n 30 said)"
}

holds "two threads with two calls each" -DCALLS=2
holds "one call beside three of another thread" -DCALLS_0=3 -DCALLS=1
holds "a handler between any two steps" -DHANDLER -DCALLS=1
holds "a thread with the stock of a dead one" -DSUCCESSOR -DCALLS=1
holds "stocks that give back their surplus" -DCHUNK=1 -DCALLS=2
holds "a command that lowers the limit of one who gives back a surplus" -DCOMMAND -DLOWER=0 -DCHUNK=1 \
    -DCALLS_0=5 -DCALLS=0
holds "a third thread that forks" -DFORK -DCALLS_0=2 -DCALLS=1
holds "a command that lowers the limit" -DCOMMAND -DCALLS=1
breaks "without the barrier, more is held than the limit" '(held<=3)' -DWITHOUT_BARRIER
breaks "without the second look, more is held than the limit" '(held<=3)' -DWITHOUT_SECOND_LOOK
breaks "a charge that was seen must stand" 'refusable[call]' -DWITHOUT_STANDING
breaks "without a second sweep, a late refund counts twice" 'refusable[call]' -DWITHOUT_SECOND_SWEEP \
    -DCALLS_0=3 -DCALLS=1
breaks "who draws must look at the limit again" '( !(began_late[call])' -DWITHOUT_LOOK_AT_LIMIT -DCOMMAND \
    -DLOWER=0 -DCALLS_0=2 -DCALLS=0
breaks "who gives back a surplus must, too" '( !(began_late[call])' -DWITHOUT_LOOK_AFTER_DRAIN -DCOMMAND \
    -DLOWER=0 -DCHUNK=1 -DCALLS_0=5 -DCALLS=0
print_results
