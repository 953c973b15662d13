# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154
#
# Sourced by bench.sh: under what each workload runs. A column has a group, which is its table; a
# base, which is the column that it is compared with; variables for the environment; maybe a
# wrapper, which is not timed, or a launcher, which is, and what a launcher brings into the program. From
# bench.sh: build, programs, work, PEERS, refuse.

limit=1T # never met
columns=()
declare -A group base variables wrapper launcher brings

column() { # NAME GROUP VARIABLES [WRAPPER]
    columns+=("$1")
    group[$1]=$2
    base[$1]=bare
    variables[$1]=$3
    wrapper[$1]=${4:-}
}

peer_wanted() {
    contains all "$PEERS" || contains "$1" "$PEERS"
}

missing() { # NAME FILE PACKAGE
    echo "bench: no column $1: $2 is missing: 'apt-get install $3'" >&2
}

# The path of a shared library of this machine's own kind: the one that the loader takes for bash.
shared_library() {
    local path
    while read -r path; do
        if ! LD_PRELOAD=$path "$BASH" -c : 2>&1 | grep -q 'cannot be preloaded'; then
            echo "$path"
            return
        fi
    done < <(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="$1" '$1 == name { print $NF }')
    return 1
}

find_library() { find /usr/lib /usr/local/lib -name "$1" 2>/dev/null | head -n 1; }

add_memusage() {
    local path
    if path=$(shared_library libmemusage.so); then
        column memusage limiters "LD_PRELOAD=$path"
    else
        missing memusage libmemusage.so libc6
    fi
}

# Failure points are there and looked for, but none is ever met.
add_libfiu() {
    local path
    path=$(find_library fiu_posix_preload.so)
    if [ -n "$path" ]; then
        column libfiu limiters "LD_PRELOAD=${path%/*}/fiu_run_preload.so:$path FIU_CTRL_FIFO="
    else
        missing libfiu fiu_posix_preload.so fiu-utils
    fi
}

add_tcmalloc_limit() {
    local path
    if path=$(shared_library libtcmalloc.so.4); then
        column tcmalloc-limit limiters "LD_PRELOAD=$path TCMALLOC_HEAP_LIMIT_MB=1048576"
    else
        missing tcmalloc-limit libtcmalloc.so.4 libgoogle-perftools4
    fi
}

# As people run it: what it records is interpreted and compressed by others at the same time. It stands
# beside run-sites, which is what it is to be compared with.
add_heaptrack() {
    if command -v heaptrack >/dev/null; then
        column heaptrack command ''
        launcher[heaptrack]="heaptrack -o $work/heaptrack"
        brings[heaptrack]=libheaptrack_preload.so
    else
        missing heaptrack heaptrack heaptrack
    fi
}

add_prlimit() {
    if command -v prlimit >/dev/null; then
        column prlimit limiters '' 'prlimit --data=1099511627776'
    else
        missing prlimit prlimit util-linux
    fi
}

# Alone, and with memrestrict before it.
add_allocator() { # NAME LIBRARY PACKAGE
    local path
    if path=$(shared_library "$2"); then
        column "$1" allocators "LD_PRELOAD=$path"
        column "over-$1" allocators \
            "LD_PRELOAD=$build/libmemrestrict.so:$path MEMRESTRICT_LIMIT=$limit"
    else
        missing "$1, over-$1" "$2" "$3"
    fi
}
add_mimalloc() { add_allocator mimalloc libmimalloc.so.2 libmimalloc2.0; }
add_jemalloc() { add_allocator jemalloc libjemalloc.so.2 libjemalloc2; }
add_tcmalloc() { add_allocator tcmalloc libtcmalloc_minimal.so.4 libtcmalloc-minimal4; }

# The command. Its own start is timed with the program.
add_command() { # NAME BASE OPTION...
    local name=$1
    column "$1" command ''
    base[$1]=$2
    shift 2
    launcher[$name]="$build/memrestrict run -q $* --"
    brings[$name]=$build/libmemrestrict.so
}

add_commands() {
    column report command "${variables[memrestrict]} MEMRESTRICT_REPORT=$work/report"
    add_command run bare "-l $limit"
    add_command run-tree run "-L $limit"
    add_command run-sites bare "-l $limit --sites"
}

add_forward() { column forward limiters "LD_PRELOAD=$programs/forward.so"; }

peers=(forward memusage libfiu tcmalloc-limit heaptrack prlimit mimalloc jemalloc tcmalloc commands)

add_columns() {
    local name
    column bare bare ''
    column memrestrict limiters "LD_PRELOAD=$build/libmemrestrict.so MEMRESTRICT_LIMIT=$limit"
    for name in $PEERS; do
        contains "$name" all none "${peers[@]}" ||
            refuse "PEERS: no such column: $name; there are: ${peers[*]}, all, none"
    done
    for name in "${peers[@]}"; do
        if peer_wanted "$name"; then "add_${name//-/_}"; fi
    done
    drop_idle_columns
}

# Does a program that runs under the column have its libraries in it? Else it would be bare, and
# look fast.
is_in_force() { # COLUMN
    local path preload=${variables[$1]%% *}
    preload=${brings[$1]:-${preload#LD_PRELOAD=}}
    for path in ${preload//:/ }; do
        # shellcheck disable=SC2086 # words
        env ${variables[$1]} ${launcher[$1]:-} cat /proc/self/maps 2>/dev/null |
            grep -qF "$(realpath -e "$path" 2>/dev/null || echo "$path")" || return
    done
}

drop_idle_columns() {
    local name kept=()
    for name in "${columns[@]}"; do
        if is_in_force "$name"; then
            kept+=("$name")
        else
            echo "bench: no column $name: it does not take effect here" >&2
            case $name in memrestrict | forward | run*) failures=$((failures + 1)) ;; esac
        fi
    done
    columns=("${kept[@]}")
}
