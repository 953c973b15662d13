#!/bin/bash
# The man pages are well formed, and they, the completions, --help and the code name the same
# things. From the environment: BUILD, with the command in it.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
command_page=memrestrict/memrestrict.1 library_page=libmemrestrict/libmemrestrict.7
header_page=libmemrestrict/memrestrict.h.3
completions=memrestrict/completions
. tests/results.sh

# NAME, and two lists of words that must be the same set.
same() {
    result "$1" "$(diff <(tr ' ' '\n' <<<"$2" | grep . | sort -u) \
        <(tr ' ' '\n' <<<"$3" | grep . | sort -u) |
        sed -n 's/^< /only in the first: /p; s/^> /only in the second: /p')"
}

for page in "$command_page" memrestrict/memrestrict-judge.1 "$library_page" "$header_page"; do
    if command -v mandoc >/dev/null; then
        result "mandoc finds nothing in $page" "$(mandoc -Tlint -W warning "$page" 2>&1)"
    else
        echo "SKIP mandoc -Tlint of $page: package mandoc"
    fi
    if ! command -v man >/dev/null; then
        echo "SKIP man --warnings of $page: package man-db"
    elif ! MANWIDTH=80 man -l "$page" 2>/dev/null | grep -q '^NAME'; then
        echo "SKIP man --warnings of $page: man prints nothing here (package groff-base?)"
    else
        result "man finds nothing in $page" "$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 \
            man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
    fi
done

# The options of a section of the man page, as they are typed.
page_options() { # FROM TO
    sed -n "/^\\.Sh $1/,/^\\.Sh $2/p" "$command_page" | grep '^\.It' |
        grep -oE '\bFl -?[A-Za-z-]+' | sed 's/Fl /-/'
}

in_page=$(page_options OPTIONS SUBCOMMANDS)
# shellcheck disable=SC1091,SC2154 # ours, seen by shellcheck on its own
in_bash=$(. "$completions/memrestrict.bash" && echo "${_memrestrict_options//=/}")
in_zsh=$(sed -n '/^_memrestrict_run/,/^}/p' "$completions/_memrestrict" | grep -v _arguments |
    grep -oE "['{,)]--?[A-Za-z][a-z-]*" | tr -d "'{,)")
in_fish=$(grep -e '-n __memrestrict_in_run -[sl]' "$completions/memrestrict.fish" |
    grep -oE ' -(s|l) [A-Za-z][a-z-]*' | sed 's/ -s /-/; s/ -l /--/')
same "the options of bash's completion are those of the man page" "$in_bash" "$in_page"
same "the options of zsh's completion are those of the man page" "$in_zsh" "$in_page"
same "the options of fish's completion are those of the man page" "$in_fish" "$in_page"

# The options in what argp prints: "  -l, --limit=SIZE  ...".
help_options() {
    "$BUILD/memrestrict" "$@" --help | sed -nE 's/^ {1,6}(-[^ ].*)$/\1/p' | sed -E 's/ {2,}.*//' |
        grep -oE '(^|, )--?[A-Za-z][a-z-]*' | tr -d ', '
}

if [ -x "$BUILD/memrestrict" ]; then
    same "the options of --help are those of the man page" "$(help_options)" "$in_page"
    same "help is --help" "$("$BUILD/memrestrict" help)" "$("$BUILD/memrestrict" --help)"
    in_subcommands=$(page_options SUBCOMMANDS OUTCOMES)
    while read -r subcommand; do
        for shell in memrestrict.bash _memrestrict memrestrict.fish; do
            result "$shell offers $subcommand" \
                "$(grep -q "\\b$subcommand\\b" "$completions/$shell" || echo missing)"
        done
        [ "$subcommand" != help ] || continue
        result "$subcommand --help can be had" "$("$BUILD/memrestrict" "$subcommand" --help 2>&1 >/dev/null)"
        for option in $(help_options "$subcommand" 2>/dev/null); do
            case $option in --help | --usage | --version | '-?' | -V | -h) continue ;; esac
            result "the man page has $option of $subcommand" \
                "$(grep -qx -e "$option" <<<"$in_subcommands" || echo missing)"
        done
    done < <(sed -n '/^\.Sh SUBCOMMANDS/,/^\.Sh OUTCOMES/s/^\.It Cm \([a-z-]*\).*/\1/p' "$command_page")
else
    echo "SKIP --help against the man page: $BUILD/memrestrict is not built"
fi

result "each function of the header is called with the library and without" \
    "$(sed -n 's/^MEMRESTRICT_FUNCTION([^,]*, \([a-z_]*\),.*/\1/p' include/memrestrict.h | grep -vx failures_next |
        while read -r name; do
            grep -q "memrestrict_$name(" tests/victims/pools_without_the_library_are_plain.c || echo "$name is not"
        done)"
same "the functions of the header are those of its man page" \
    "$(sed -n 's/^MEMRESTRICT_FUNCTION([^,]*, \([a-z_]*\),.*/memrestrict_\1/p' include/memrestrict.h)" \
    "$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Fn \(memrestrict_[a-z_]*\).*/\1/p' "$header_page")"

settings=$(grep -rho '{PREFIX "[A-Z_]*"' libmemrestrict --include=config.c | sed 's/.*"\(.*\)"/MEMRESTRICT_\1/')
same "the settings of the library are those of its man page" "$settings" \
    "$(sed -n 's/^\.It Ev \(MEMRESTRICT_[A-Z_]*\).*/\1/p' "$library_page")"
if [ -x "$BUILD/memrestrict" ]; then
    same "help env names every setting" "$settings" \
        "$("$BUILD/memrestrict" help env | grep -oE '^ *MEMRESTRICT_[A-Z_]+')"
fi

print_results
