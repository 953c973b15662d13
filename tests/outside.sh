#!/bin/bash
# Runs seen from outside: ps, top, set, snapshot and reset-peak, on a program that does as it is
# told. From the environment: BUILD, with the command, the library and victims/outside_does_as_told.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
memrestrict=$BUILD/memrestrict victim=$BUILD/victims/outside_does_as_told
. tests/results.sh
folder=$(mktemp -d)
export LC_ALL=C COLUMNS=100
unset NO_COLOR

same() { result "$1" "$([ "$2" = "$3" ] || printf 'wanted: %s\nfound:  %s' "$2" "$3")"; }

# NAME LINE COMMAND...: it ends with 125 and says this line first.
complains() {
    local name=$1 line=$2 said status=0
    shift 2
    said=$("$@" 2>&1 </dev/null) || status=$?
    result "$name" "$([[ $status = 125 && $said == "memrestrict: $line"* ]] || echo "status $status: $said")"
}

# Starts a run of the victim with these options; `command` is its process ID, `program` the victim's.
begin() {
    rm -f "$folder/in" "$folder/out"
    mkfifo "$folder/in" "$folder/out"
    "$memrestrict" "$@" -- "${program_file:-$victim}" <"$folder/in" >"$folder/out" 2>"$folder/verdict" &
    command=$!
    exec {to}>"$folder/in" {from}<"$folder/out"
    tell 'take 1' >/dev/null # it is there when it has answered
    program=$("$memrestrict" ps --json "$command" | jq '.[0].processes[0].pid')
}
tell() {
    echo "$1" >&"$to"
    local answer
    read -r -t 600 answer <&"$from"
    echo "$answer"
}
finish() {
    exec {to}>&- {from}<&-
    wait "$command"
}
figure() { "$memrestrict" ps --json "$program" | jq -r ".[0].processes[0].$1"; }

trap 'rm -rf "$folder"' EXIT

command -v jq >/dev/null || {
    echo "SKIP runs seen from outside: package jq"
    exit 0
}

begin -l 64M
same "a block is in ps, to the byte" $((1000000 + $(figure used_bytes))) \
    "$(tell 'take 1000000' >/dev/null; figure used_bytes)"
documented=$(sed -n '/^\.Ss ps --json/,/^\.Ss JUnit/p' memrestrict/memrestrict.1)
result "the man page has every member of ps --json" "$("$memrestrict" ps --json "$command" |
    jq -r '.[0], .[0].processes[0] | keys[]' | while read -r member; do
        grep -qw "$member" <<<"$documented" || echo "$member"; done)"
same "ps knows the limit" 67108864 "$(figure limit_bytes)"
same "ps knows the parent" "$command" "$(figure parent_pid)"
same "ps names a run by its command" "$command" \
    "$("$memrestrict" ps --json "$command" | jq '.[] | select(.processes[0].pid == '"$program"') | .command_pid')"
row=$("$memrestrict" ps | grep "^ *$program ")
result "ps shows a row for people" "$([[ $row == *outside_does_as~*\[*\]*"of 64.0 MiB"*"KiB       0" ]] || echo "found: $row")"
result "no row is wider than COLUMNS" "$("$memrestrict" ps | awk 'length > 100')"
result "nor than a narrow COLUMNS" "$(for columns in 39 40 46 55 66 74 75 76; do
    COLUMNS=$columns "$memrestrict" ps | awk -v most=$columns 'length > most { print most ": " $0 }'; done)"
result "a narrow ps still says what is used of the limit" \
    "$(COLUMNS=39 "$memrestrict" ps | grep -q "^ *$program  outside~ .*of 64.0 MiB$" || COLUMNS=39 "$memrestrict" ps)"
result "no escape sequence goes into a pipe" "$("$memrestrict" ps | grep $'\033')"

# shellcheck disable=SC2016 # for the inner shells
{
    offered=$(PATH=$BUILD:$PATH bash --norc -c '. memrestrict/completions/memrestrict.bash
        COMP_WORDS=(memrestrict set "") COMP_CWORD=2
        _memrestrict 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"')
    result "bash completes process IDs" "$(grep -qx "$program" <<<"$offered" || echo "offered: $offered")"
    if command -v fish >/dev/null; then
        offered=$(PATH=$BUILD:$PATH fish --no-config -c 'source memrestrict/completions/memrestrict.fish
            complete -C "memrestrict reset-peak "')
        result "fish completes process IDs" "$(grep -qx "$command" <<<"$offered" || echo "offered: $offered")"
    fi
}

same "what passes the limit is refused" refused "$(tell 'take 100000000')"
same "ps counts refusals" 1 "$(figure refusals)"
"$memrestrict" set "$program" 256M >/dev/null
same "with a higher limit it is not" ok "$(tell 'take 100000000')"
same "ps knows the new limit" 268435456 "$(figure limit_bytes)"
said=$("$memrestrict" set "$program" 1M)
result "set says what it set, what was, and what is in use" \
    "$([[ $said == "outside_does_as_told ($program): limit 1.0 MiB (was 256.0 MiB), "[1-9]*" MiB in use" ]] || echo "$said")"
same "with a limit below what is held the next byte is refused" refused "$(tell 'take 1')"
same "what is held stays" 1 "$(($(figure used_bytes) > 100000000))"
"$memrestrict" set "$program" unlimited >/dev/null
same "a limit can be taken off" ok "$(tell 'take 300000000')"
same "and is null in JSON" null "$(figure limit_bytes)"
"$memrestrict" set "$command" 64M >/dev/null
same "the command's process ID stands for all its processes" 67108864 "$(figure limit_bytes)"

tell drop >/dev/null
tell drop >/dev/null
same "the peak is the most that was used" 1 "$(($(figure peak_bytes) > 400000000))"
"$memrestrict" reset-peak "$program"
same "reset-peak lets it start again from what is in use" "$(figure used_bytes)" "$(figure peak_bytes)"
tell 'take 2000000' >/dev/null
tell drop >/dev/null
same "and rise again" $(($(figure used_bytes) + 2000000)) "$(figure peak_bytes)"

complains "no snapshot without call sites" "snapshot: $command: the run collects no call sites; start it with" \
    "$memrestrict" snapshot "$program"
complains "a limit must be a size" "set: cannot understand '64X'; accepted: a size such as 64M" \
    "$memrestrict" set "$program" 64X
complains "set needs two words" "something is missing; accepted: memrestrict set PID LIMIT" "$memrestrict" set 1
complains "set needs no third" "too many words; accepted: memrestrict set PID LIMIT" "$memrestrict" set 1 2 3
complains "a process ID is a number" "'x': this is no process ID; accepted: a number" "$memrestrict" set x 64M
complains "a process ID is positive" "'-1': this is no process ID; accepted: a number" "$memrestrict" snapshot -- -1
complains "a process must be in a run" "$$: the process is in no run of memrestrict" "$memrestrict" reset-peak $$
complains "a process must be there" "4194304: there is no such process" "$memrestrict" ps 4194304
complains "a full disk is said" "standard output: cannot write: " sh -c "'$memrestrict' ps >/dev/full"
complains "a full disk is said in JSON too" "standard output: cannot write: " sh -c "'$memrestrict' ps --json >/dev/full"
complains "top needs a terminal" "top: a terminal is needed" "$memrestrict" top
complains "top needs an interval that can be" "--interval: cannot understand '0'; accepted: a duration" \
    "$memrestrict" top --interval=0

# Another user: nobody, where we are root.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
if as_nobody test -x "$memrestrict" 2>/dev/null; then
    complains "another user may not" "$program: the process is another user's" as_nobody "$memrestrict" set "$program" 1G
    same "another user's runs are not listed" '[]' "$(as_nobody "$memrestrict" ps --json)"
    same "where there is no run, ps says so" "memrestrict: ps: you have no run going on now" \
        "$(as_nobody "$memrestrict" ps 2>&1)"
else
    echo "SKIP runs of another user: to be run as root, with a BUILD that nobody can read"
fi
same "nobody changed anything" 67108864 "$(figure limit_bytes)"

finish
complains "a run that has ended is gone" "$program: there is no such process" "$memrestrict" ps "$program"

# Nobody is there: in a run that limits other programs, and in one whose program goes on without the
# library.
begin -l 64M -p nobody-of-this-name
pid=$(pgrep -P "$command" outside_does)
complains "set needs a process that is there" "$command: no process of the run is there yet" \
    "$memrestrict" set "$command" 1M
complains "a snapshot, too" "$command: no process of the run is there yet" "$memrestrict" snapshot "$command"
for subcommand in ps snapshot reset-peak; do
    complains "$subcommand of a process that is not limited" \
        "$pid: the process is in the run of $command, but is not limited: the library is not in it, or --program" \
        "$memrestrict" "$subcommand" "$pid"
done
complains "set of a process that is not limited" "$pid: the process is in the run of $command, but is not" \
    "$memrestrict" set "$pid" 1M
finish 2>/dev/null

printf '#!/bin/sh\nexec env -u LD_PRELOAD "%s"\n' "$victim" >"$folder/leaves"
chmod +x "$folder/leaves"
program_file=$folder/leaves
begin -l 64M --no-follow
complains "set after the last process has left" "$command: no process of the run is there any more" \
    "$memrestrict" set "$command" 1M
finish 2>/dev/null
program_file=''

begin --scope=tree -l 64M
tell 'take 1000000' >/dev/null
child=$(tell fork)
tell 'take 2000000' >/dev/null
run=$("$memrestrict" ps --json "$command")
same "a tree has its limit and its use" "67108864 1" \
    "$(jq -r '.[0] | "\(.tree_limit_bytes) \(.used_bytes / 1000000 | floor | if . == 3 then 1 else . end)"' \
        <<<"$run")"
same "all its processes are listed" "$(printf '%s\n' "$program" "$child" | sort)" \
    "$(jq '.[0].processes[].pid' <<<"$run" | sort)"
same "the tree's limit holds" refused "$(tell 'take 100000000')"
said=$("$memrestrict" set "$command" 256M)
result "set says what it did to a tree" \
    "$([[ $said == "all processes of the run ($command): limit 256.0 MiB (was 64.0 MiB), "*" in use" ]] || echo "$said")"
same "set changes it by the command's process ID" ok "$(tell 'take 100000000')"
"$memrestrict" set "$command" 64M >/dev/null
same "a lower limit than is in use refuses the next byte" refused "$(tell 'take 1')"
complains "a tree's limit cannot be taken off" "set: $command: the limit of a tree cannot be taken off" \
    "$memrestrict" set "$command" unlimited
finish

begin --sites -l 64M
tell 'take 5000000' >/dev/null
said=$("$memrestrict" snapshot "$program")
result "a snapshot names who holds what, while the program runs" \
    "$([[ $said == *"4.7 MiB"*"take_some (outside_does_as_told.c:"* ]] || echo "it said: $said")"
same "by the command's process ID it is of all processes" "$said" "$("$memrestrict" snapshot "$command")"
tell drop >/dev/null
result "what has been freed is in no later snapshot's end" "$("$memrestrict" snapshot "$program" | tac |
    sed '/(process /q' | grep 'MiB')"
same "the program was not disturbed" ok "$(tell 'take 5000000')"
finish

# What a program is called may be anything.
program_file=$folder/$(printf 'e\033[31mv\nil')
cp "$victim" "$program_file"
begin -l 64M
result "names that would steer the terminal are made safe" "$("$memrestrict" ps "$program" | tail -n +2 |
    grep -v '^ *[0-9]*  e\\x1b\[31mv\\x0ai')"
program_file=''

# The command killed, the program is left alone, and in no run that anybody could name.
{
    kill -KILL "$command"
    wait "$command"
} 2>/dev/null
same "a program goes on when its command is killed" ok "$(tell 'take 1000')"
same "under its limit" refused "$(tell 'take 100000000')"
complains "its run is gone" "$program: the process is in no run" "$memrestrict" ps "$program"
finish 2>/dev/null

# The live view, in a terminal.
screen() { tmux -L "memrestrict-$$" "$@"; }
# NAME PATTERN: what is on the screen comes to match.
shows() {
    local i
    for ((i = 0; i < 1200; i++)); do
        screen capture-pane -p | grep -qE -e "$2" && break
        read -r -t 0.1 <> <(:)
    done
    result "$1" "$(screen capture-pane -p | grep -qE -e "$2" || screen capture-pane -p)"
}
shell='PS1="ready " exec bash --norc'
if command -v tmux >/dev/null && screen -f /dev/null new-session -d -x 100 -y 20 "$shell" 2>/dev/null; then
    begin -l 64M
    tell 'take 32000000' >/dev/null
    shows "a terminal is there" '^ready'
    screen send-keys "stty -g >'$folder/before'; '$memrestrict' top --interval=50ms" Enter
    shows "top shows bars" "^ *$program  outside_does_as~ [[]#+[.]+[]] +30.5 of 64.0 MiB"
    tell 'take 16000000' >/dev/null
    shows "top renews them" "^ *$program .* 45.7 of 64.0 MiB"
    screen resize-window -x 60 -y 40
    shows "top follows the size" "^ *$program  outside_does_as~ +45.7 of 64.0 MiB +0$"
    screen send-keys C-z
    shows "top can be stopped" Stopped
    screen send-keys 'fg' Enter
    shows "and goes on" '^memrestrict top: '
    screen send-keys q
    shows "q leaves top" '^ready *$'
    screen send-keys "clear; stty -g | diff - '$folder/before' && echo restored" Enter
    shows "the terminal is as before" '^restored'
    screen send-keys "clear; '$memrestrict' top" Enter
    shows "top begins again" '^memrestrict top: '
    screen send-keys C-c
    shows "an interrupt leaves top" '^ready *$'
    # shellcheck disable=SC2016
    screen send-keys 'echo status=$?' Enter
    shows "an interrupt ends top by its signal" '^status=130'
    screen send-keys "clear; stty -g | diff - '$folder/before' && echo restored" Enter
    shows "and the terminal is as before" '^restored'
    screen send-keys "clear; TERM=dumb '$memrestrict' top; echo status=\$?" Enter
    shows "a dumb terminal is not enough" '^status=125'
    finish
    screen kill-server
else
    echo "SKIP the live view: package tmux"
fi

print_results
