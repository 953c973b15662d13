# SPDX-License-Identifier: MIT
# bash completion for memrestrict(1). Where bash-completion is loaded, what follows the program is
# completed as if it stood alone.

# The words that complete an option's value, for compgen; "@files" stands for names of files. False:
# the option takes no value.
_memrestrict_values()
{
    case $1 in
    -l | --limit | --output-limit | --stack | -L | --tree-limit | -r | --reserve) echo 1M 16M 64M 256M 1G unlimited ;;
    --scope) echo process tree ;;
    --engine) echo auto preload ptrace rlimit cgroup ;;
    -c | --count) echo heap regions stacks heap,regions heap,stacks regions,stacks heap,regions,stacks ;;
    -f | --fault) echo nth=1 call=malloc,nth=1 p=0.01 once keep rest ;;
    -a | --on-refusal) echo errno abort stop warn ;;
    -t | --time | --wall | -k | --kill-after) echo 1s 10s 1m 10m 1h ;;
    --interval) echo 1ms 10ms 100ms 1s ;;
    --color) echo auto always never ;;
    -e | --error-exitcode) echo 1 ;;
    -p | --program) compgen -c -- "$2" ;;
    -o | --output | --report | --json | --junit | --tap | --prometheus | --massif | --collapsed | \
        --speedscope | --site-list | --timeline | --layout) echo @files ;;
    --sites) echo 8 16 32 ;;
    --step) echo 4K 64K 1M ;;
    --compare) echo status stdout both ;;
    --test) compgen -c -- "$2" ;;
    --expect | -j | --jobs | -n | --repeat) echo 1 2 4 8 ;;
    --budget-file | --journal | --keep | --baseline | --suppress | --sarif | --bug-reports) echo @files ;;
    --mode) echo once keep rest both all ;;
    --depth) echo 4 8 16 32 ;;
    --max) echo 10 100 1000 ;;
    --only) echo lib= caller= call= thread=main arm=main ;;
    --shard) echo 1/2 1/4 ;;
    --fail-on) echo abort leak swallowed hang crash corruption ;;
    --tolerance) echo 1% 5% 10% ;;
    --at) echo start main exit refusal peak ;;
    --policy) echo compute none ;;
    --processes) echo 1 10 100 ;;
    --read | --batch) echo @files ;;
    --checker) compgen -c -- "$2" ;;
    --heap-room) echo 1M 16M 64M ;;
    --svg) echo @files ;;
    *) return 1 ;;
    esac
}

# The options of run; those that take a value end in "=".
_memrestrict_options='-l --limit= --scope= --engine= -L --tree-limit= -r --reserve= -c --count= -p --program=
    --no-follow -a --on-refusal= -f --fault= -t --time= -k --kill-after= -e --error-exitcode= --lenient --no-subreaper -o --output= --report= --json=
    --junit= --tap= --prometheus= --sites --sites= --leaks --suppress= --massif= --collapsed= --speedscope= --site-list=
    --timeline= --layout= --interval= --color= -q --quiet -v --verbose -h --help --usage -V --version'

# Those of min.
_memrestrict_min_options='--scope= --engine= --step= -c --count= -p --program= --compare= --test= --expect= -t
    --time= -j --jobs= -n --repeat= --budget-file= --tolerance= --update --json= --junit= -q --quiet
    -v --verbose -h --help --usage'

_memrestrict_attach_options='-l --limit= --tree --scope= -L --tree-limit= -r --reserve= -c --count= -t --time= -e --error-exitcode=
    --lenient -o --output= --json= --junit= --tap= --prometheus= --color= -q --quiet -v --verbose -h --help --usage'

_memrestrict_layout_options='--at= -l --limit= --check --heap-room= --all -q --quiet --svg= --json=
    --watch --watch= --color= -h --help --usage'

_memrestrict_judge_options='-l --limit= --time= --wall= --output-limit= --processes= --stack= --policy=
    --read= --json= --batch= --checker= -j --jobs= -h --help --usage'

# Those of sweep and merge.
_memrestrict_merge_options='--baseline= --update-baseline --suppress= --fail-on= --json= --junit= --tap=
    --sarif= --bug-reports= --color= -q --quiet -v --verbose -h --help --usage'
_memrestrict_sweep_options="--mode= --depth= --only= -p --program= --max= --for= --fork -j --jobs= -t --time= -l --limit=
    --sandbox --no-sandbox --files --no-files --journal= --keep= --shard= $_memrestrict_merge_options"

# Sets COMPREPLY to those of the words that begin with the current one; options that end in "=" get
# no space behind them.
_memrestrict_reply()
{
    local word
    # shellcheck disable=SC2207 # words without spaces
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
    for word in "${COMPREPLY[@]}"; do
        [[ $word != *= ]] || compopt -o nospace 2>/dev/null
    done
}

_memrestrict_files()
{
    local IFS=$'\n'
    # shellcheck disable=SC2207 # a name a line
    COMPREPLY=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
}

_memrestrict_value()
{
    local values
    values=$(_memrestrict_values "$1" "$cur") || return
    if [ "$values" = @files ]; then _memrestrict_files; else _memrestrict_reply "$values"; fi
}

# Sets `option` to the option whose value stands at COMP_CWORD, or to nothing, and `program` to where
# the program stands, if that is not behind COMP_CWORD. Readline splits words at "=".
_memrestrict_walk()
{
    local at=$1 word rest
    option='' program=''
    while ((at < COMP_CWORD)); do
        word=${COMP_WORDS[at]}
        case $word in
        --)
            program=$((at + 1))
            return
            ;;
        --*)
            if [ "${COMP_WORDS[at + 1]}" = = ]; then
                at=$((at + 2))
            elif [ "$word" != --sites ] && _memrestrict_values "$word" '' >/dev/null; then
                at=$((at + 1))
            else
                at=$((at + 1))
                continue
            fi
            ;;
        -?*)
            rest=${word#-}
            at=$((at + 1))
            while [ -n "$rest" ] && ! _memrestrict_values "-${rest:0:1}" '' >/dev/null; do
                rest=${rest:1}
            done
            [ "${#rest}" = 1 ] || continue
            word=-$rest
            ;;
        *)
            program=$at
            return
            ;;
        esac
        # The value stands at `at`, or its "=" just before.
        if ((at >= COMP_CWORD)); then
            option=$word
            return
        fi
        at=$((at + 1))
    done
    [[ $cur == -* ]] || program=$at
}

# Options and a program, from the word $1 on.
_memrestrict_run()
{
    local option program words options=${2:-$_memrestrict_options}
    _memrestrict_walk "$1"
    if [ -n "$option" ]; then
        _memrestrict_value "$option"
    elif [ -z "$program" ]; then
        _memrestrict_reply "$options"
    elif ((program < COMP_CWORD)); then
        if declare -F _command_offset >/dev/null; then
            _command_offset "$program"
        else
            _memrestrict_files
        fi
    else
        words=$([ "$program" != 1 ] || echo run sweep merge min attach ps top set snapshot reset-peak explain plot layout judge help)
        local IFS=$'\n'
        # shellcheck disable=SC2207 # a name a line
        COMPREPLY=($(compgen -W "${words// /$'\n'}" -- "$cur"; compgen -c -- "$cur" | LC_ALL=C sort -u))
        [ -z "$words" ] || compopt -o nosort 2>/dev/null # subcommands come first
        [[ $cur != */* ]] || _memrestrict_files
    fi
}

# Options and journals.
_memrestrict_merge()
{
    local option program
    _memrestrict_walk 2
    if [ -n "$option" ]; then
        _memrestrict_value "$option"
    elif [[ $cur == -* ]]; then
        _memrestrict_reply "$_memrestrict_merge_options"
    else
        _memrestrict_files
    fi
}

# Options and any process that runs.
_memrestrict_attach()
{
    local option program
    _memrestrict_walk 2
    if [ -n "$option" ]; then
        _memrestrict_value "$option"
    elif [[ $cur == -* ]]; then
        _memrestrict_reply "$_memrestrict_attach_options"
    else
        # shellcheck disable=SC2010 # numbers alone
        _memrestrict_reply "$(ls /proc | grep '^[0-9]')"
    fi
}

# The process IDs that `memrestrict ps` shows.
_memrestrict_pids() { memrestrict ps 2>/dev/null | grep -o '^ *[0-9][0-9]*'; }

_memrestrict()
{
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    [ "$cur" != = ] || cur=''
    ((COMP_CWORD > 1)) || { _memrestrict_run 1; return; }
    case ${COMP_WORDS[1]} in
    run) _memrestrict_run 2 ;;
    min) _memrestrict_run 2 "$_memrestrict_min_options" ;;
    sweep) _memrestrict_run 2 "$_memrestrict_sweep_options" ;;
    merge) _memrestrict_merge ;;
    ps) _memrestrict_reply "--json --help --usage $(_memrestrict_pids)" ;;
    top)
        case $previous in
        --interval | =) _memrestrict_value --interval ;;
        *) _memrestrict_reply '--interval= --help --usage' ;;
        esac
        ;;
    set)
        case $COMP_CWORD in
        2) _memrestrict_reply "--help --usage $(_memrestrict_pids)" ;;
        3) _memrestrict_reply "$(_memrestrict_values --limit) arm disarm" ;;
        esac
        ;;
    attach) _memrestrict_attach ;;
    explain) _memrestrict_reply "--help --usage $(compgen -c -- "$cur")" ;;
    snapshot | reset-peak) _memrestrict_reply "--help --usage $(_memrestrict_pids)" ;;
    plot)
        case $cur in
        -*) _memrestrict_reply '-o --output= --help' ;;
        *) _memrestrict_files ;;
        esac
        ;;
    layout)
        _memrestrict_run 2 "$_memrestrict_layout_options"
        [[ $COMP_CWORD != 2 || $cur != [0-9]* ]] || _memrestrict_reply "$(_memrestrict_pids)"
        ;;
    judge) _memrestrict_run 2 "$_memrestrict_judge_options" ;;
    help) _memrestrict_reply 'env run sweep merge min attach ps top set snapshot reset-peak explain plot layout judge' ;;
    *) _memrestrict_run 1 ;;
    esac
}

complete -F _memrestrict memrestrict
