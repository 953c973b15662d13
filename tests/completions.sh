#!/bin/bash
# The completions, asked as the shells ask them: what is offered for a line, by bash, zsh and fish.
set -u
cd "$(dirname "$0")/.." || exit 1
folder=memrestrict/completions
. tests/results.sh

# NAME WANTED... : COMMAND...: the command offers every wanted word, and none that is behind a "!".
offers() {
    local name=$1 wanted=() word offered
    shift
    while [ "$1" != : ]; do
        wanted+=("$1")
        shift
    done
    shift
    offered=$("$@")
    for word in "${wanted[@]}"; do
        if grep -qxF -e "${word#!}" <<<"$offered" && [[ $word != !* ]]; then
            passed=$((passed + 1))
        elif [[ $word == !* ]] && ! grep -qxF -e "${word#!}" <<<"$offered"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf 'not ok - %s: %s, among:\n%s\n' "$name" "$word" "$(head -n 20 <<<"$offered")"
        fi
    done
}

# The words as readline splits them: a "=" stands alone. The last word is what is being completed.
in_bash() {
    # shellcheck disable=SC2016 # for the inner shell
    bash --norc -c '
        source "$1" || exit
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        _memrestrict 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$folder/memrestrict.bash" "$@"
}

offers "bash: subcommands and programs first" run reset-peak ls : in_bash memrestrict ''
# In the order in which they are offered: a program may be called like one, so only the first count.
begins_with_subcommands() { # NAME COMMAND...
    local name=$1
    shift
    result "$name" "$(diff <(printf '%s\n' run sweep merge min attach ps top set snapshot reset-peak explain plot layout judge help) <("$@" | head -n 15))"
}
begins_with_subcommands "bash: subcommands come before programs" in_bash memrestrict ''
offers "bash: a long option" --scope= '!--json=' : in_bash memrestrict --sc
offers "bash: options after a value" --scope= -q : in_bash memrestrict -l 64M -
offers "bash: values behind the =" process tree : in_bash memrestrict --scope =
offers "bash: a value begun" tree '!process' : in_bash memrestrict --scope = tr
offers "bash: a value in a word of its own" always : in_bash memrestrict --color al
offers "bash: values of a short option" errno abort stop warn : in_bash memrestrict -a ''
offers "bash: values of the last in a cluster" stop : in_bash memrestrict -qa s
offers "bash: a value in the same word" heap,regions : in_bash memrestrict -l64M -c ''
offers "bash: files behind the =" README.md : in_bash memrestrict --json = README
offers "bash: --sites takes no next word" test : in_bash memrestrict --sites tes
offers "bash: programs after run" ls '!run' : in_bash memrestrict run l
offers "bash: programs after --" printf '!plot' : in_bash memrestrict -- p
offers "bash: the program's arguments" README.md '!--reserve=' : in_bash memrestrict -l 64M sort READ
offers "bash: those after --" README.md : in_bash memrestrict -- sort -r READ
offers "bash: options of min" --step= --budget-file= '!--limit=' : in_bash memrestrict min -
offers "bash: values of an option of min" status stdout both : in_bash memrestrict min --compare = ''
offers "bash: a program for min" sort '!run' : in_bash memrestrict min -n 2 sor
offers "bash: options of sweep" --fork --shard= --sarif= '!--step=' : in_bash memrestrict sweep -
offers "bash: values of an option of sweep" crash '!abort' : in_bash memrestrict sweep --fail-on = c
offers "bash: a program for sweep" sort '!run' : in_bash memrestrict sweep -j 2 sor
offers "bash: options of merge" --baseline= '!--shard=' : in_bash memrestrict merge --
offers "bash: journals for merge" README.md '!run' : in_bash memrestrict merge -q LICENSE READ
offers "bash: options of attach" --tree --limit= '!--engine=' : in_bash memrestrict attach --
offers "bash: a process to attach to" 1 : in_bash memrestrict attach -l 64M --tree ''
offers "bash: options of layout" --at= --heap-room= '!--wall=' : in_bash memrestrict layout --
offers "bash: values of an option of layout" refusal peak : in_bash memrestrict layout --at = ''
offers "bash: the arguments of its program" README.md : in_bash memrestrict layout --at = exit sort READ
offers "bash: options of judge" --wall= --batch= '!--heap-room=' : in_bash memrestrict judge --
offers "bash: the arguments of a submission" README.md : in_bash memrestrict judge --stack = 8M sort READ
offers "bash: ps" --json : in_bash memrestrict ps -
offers "bash: help" env : in_bash memrestrict help ''
offers "bash: a limit for set" 64M : in_bash memrestrict set 1 64
offers "bash: plot" README.md : in_bash memrestrict plot READ

in_fish() {
    # shellcheck disable=SC2016
    fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' "$folder/memrestrict.fish" "$1" \
        2>/dev/null | cut -f 1
}

# With bash-completion, the program's own completion is asked.
with_bash_completion() {
    # shellcheck disable=SC2016
    bash --norc -c '
        . /usr/share/bash-completion/bash_completion
        source "$1" || exit
        _of_sort() { COMPREPLY=("--of-${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}"); }
        complete -F _of_sort sort
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        _memrestrict 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$folder/memrestrict.bash" "$@"
}
if [ -r /usr/share/bash-completion/bash_completion ]; then
    offers "bash: the program's own completion" --of-sort here : \
        with_bash_completion memrestrict -l 64M sort here
else
    echo "SKIP completion of the program in bash: package bash-completion"
fi

if ! command -v fish >/dev/null; then
    echo "SKIP completions in fish: package fish"
else
    # shellcheck disable=SC2016
    offers "fish: the file is well formed" good : sh -c 'fish -n "$0/memrestrict.fish" && echo good' "$folder"
    offers "fish: subcommands and programs first" run reset-peak ls : in_fish 'memrestrict '
    begins_with_subcommands "fish: subcommands come before programs" in_fish 'memrestrict '
    offers "fish: programs behind them" ls : in_fish 'memrestrict l'
    offers "fish: a long option" --scope '!--json' : in_fish 'memrestrict --sc'
    offers "fish: values behind the =" --scope=process --scope=tree : in_fish 'memrestrict --scope='
    offers "fish: a value begun" --on-refusal=abort : in_fish 'memrestrict -l 64M --on-refusal=a'
    offers "fish: files behind the =" --json=README.md : in_fish 'memrestrict --json=READ'
    offers "fish: the program's arguments" README.md : in_fish 'memrestrict -l 64M -- ls READ'
    offers "fish: not our options for the program" '!--reserve' : in_fish 'memrestrict -l 64M ls --re'
    offers "fish: options after run" -q --tree-limit : in_fish 'memrestrict run -'
    offers "fish: options of min" --step --budget-file '!--limit' : in_fish 'memrestrict min --'
    offers "fish: values of an option of min" --compare=both : in_fish 'memrestrict min --compare=b'
    offers "fish: a program for min" sort '!run' : in_fish 'memrestrict min -n 2 sor'
    offers "fish: the arguments of that" README.md : in_fish 'memrestrict min -n 2 ls READ'
    offers "fish: options of sweep" --fork --shard --sarif '!--step' : in_fish 'memrestrict sweep --'
    offers "fish: values of an option of sweep" --fail-on=crash : in_fish 'memrestrict sweep --fail-on=c'
    offers "fish: a program for sweep" sort '!run' : in_fish 'memrestrict sweep -j 2 sor'
    offers "fish: options of merge" --baseline '!--shard' : in_fish 'memrestrict merge --'
    offers "fish: journals for merge" README.md : in_fish 'memrestrict merge -q LICENSE READ'
    offers "fish: options of attach" --tree --limit '!--engine' : in_fish 'memrestrict attach --'
    offers "fish: options of layout" --at --heap-room '!--wall' : in_fish 'memrestrict layout --'
    offers "fish: values of an option of layout" --at=refusal : in_fish 'memrestrict layout --at=r'
    offers "fish: a program for layout" sort '!run' : in_fish 'memrestrict layout --check sor'
    offers "fish: the arguments of that" README.md : in_fish 'memrestrict layout --at exit --watch ls READ'
    offers "fish: not our options for that" '!--heap-room' : in_fish 'memrestrict layout ls --h'
    offers "fish: options of judge" --wall --batch '!--heap-room' : in_fish 'memrestrict judge --'
    offers "fish: a submission for judge" sort '!run' : in_fish 'memrestrict judge --wall 3s sor'
    offers "fish: the arguments of a submission" README.md : in_fish 'memrestrict judge --stack 8M ls READ'
    offers "fish: ps" --json '!--limit' : in_fish 'memrestrict ps --'
    offers "fish: help" env : in_fish 'memrestrict help '
    offers "fish: plot" README.md : in_fish 'memrestrict plot READ'
fi

# A zsh in a terminal of its own, asked by ^D what it would offer.
in_zsh() {
    timeout 600 zsh -f tests/completions.zsh "$folder" "$1" 2>/dev/null
}

if ! command -v zsh >/dev/null; then
    echo "SKIP completions in zsh: package zsh"
elif ! zsh -fc 'zmodload zsh/zpty && autoload -Uz compinit' 2>/dev/null; then
    echo "SKIP completions in zsh: it has no zpty or no completion system"
else
    # shellcheck disable=SC2016
    offers "zsh: the file is well formed" good : sh -c 'zsh -n "$0/_memrestrict" && echo good' "$folder"
    offers "zsh: subcommands first" run reset-peak : in_zsh 'memrestrict r'
    offers "zsh: programs behind them" cat '!_arguments' : in_zsh 'memrestrict '
    offers "zsh: a long option" --scope '!--json' : in_zsh 'memrestrict --sc'
    offers "zsh: values behind the =" process tree : in_zsh 'memrestrict --scope='
    offers "zsh: values of a short option" errno abort stop warn : in_zsh 'memrestrict -l 64M -a '
    offers "zsh: files behind the =" README.md : in_zsh 'memrestrict --json=READ'
    offers "zsh: the program's arguments" README.md : in_zsh 'memrestrict -l 64M cat READ'
    offers "zsh: those after --" README.md : in_zsh 'memrestrict -- cat READ'
    offers "zsh: options after run" --time --timeline : in_zsh 'memrestrict run -l 64M --ti'
    offers "zsh: options of min" --step --budget-file '!--limit' : in_zsh 'memrestrict min --'
    offers "zsh: values of an option of min" status stdout both : in_zsh 'memrestrict min --compare='
    offers "zsh: the arguments of the program of min" README.md : in_zsh 'memrestrict min -n 2 cat READ'
    offers "zsh: options of sweep" --fork --shard --sarif '!--step' : in_zsh 'memrestrict sweep --'
    offers "zsh: values of an option of sweep" crash corruption : in_zsh 'memrestrict sweep --fail-on='
    offers "zsh: the arguments of the program of sweep" README.md : in_zsh 'memrestrict sweep -j 2 cat READ'
    offers "zsh: options of merge" --baseline '!--shard' : in_zsh 'memrestrict merge --'
    offers "zsh: journals for merge" README.md : in_zsh 'memrestrict merge LICENSE READ'
    offers "zsh: options of attach" --tree --limit '!--engine' : in_zsh 'memrestrict attach --'
    offers "zsh: options of layout" --at --heap-room '!--wall' : in_zsh 'memrestrict layout --'
    offers "zsh: values of an option of layout" refusal peak : in_zsh 'memrestrict layout --at='
    offers "zsh: the arguments of its program" README.md : in_zsh 'memrestrict layout --at=exit cat READ'
    offers "zsh: options of judge" --wall --batch '!--heap-room' : in_zsh 'memrestrict judge --'
    offers "zsh: the arguments of a submission" README.md : in_zsh 'memrestrict judge --stack=8M cat READ'
    offers "zsh: ps" --json '!--limit' : in_zsh 'memrestrict ps --'
    offers "zsh: help" env : in_zsh 'memrestrict help '
fi

print_results
