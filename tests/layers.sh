#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The table of layers and wings in ARCHITECTURE.md holds: what each file includes, no circle, and the
# tree, the table and the README's last section name the same. Each rule is first broken in a small
# tree made for that, to see that it complains.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/results.sh
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# The rows with three columns: a wing, then the wings that it may include, by their whole names. In
# the table a word alone is the folder beside this one, `common` that of the library; others of the
# library are named whole.
table() { # TREE
    awk -F '|' '/^\| `(libmemrestrict|memrestrict)\// && NF == 5 {
        gsub(/[` ]/, "", $2); gsub(/[`,]/, " ", $3)
        sub(/\/$/, "", $2)
        whole = $2; sub(/\/.*/, "", whole)
        count = split($3, word, " ")
        line = $2
        for (i = 1; i <= count; i++) {
            if (word[i] == "common") word[i] = "libmemrestrict/common"
            else if (word[i] != "anything" && word[i] !~ /\//) word[i] = whole "/" word[i]
            line = line " " word[i]
        }
        print line }' "$1/ARCHITECTURE.md"
}

# Every `#include "..."`: the file, and the file that it means. What cannot be found keeps its own name.
includes() { # TREE
    (cd "$1" && grep -rE '^ *# *include *"' --include='*.[ch]' libmemrestrict memrestrict) |
        sed -E 's/^([^:]*):[^"]*"([^"]*)".*/\1 \2/' | while read -r file name; do
        for root in libmemrestrict memrestrict include; do
            case $root$file in memrestrictlib*) continue ;; esac # the library sees nothing of the command
            [ -f "$1/$root/$name" ] && name=$root/$name && break
        done
        echo "$file $name"
    done
}

# FILE includes FILE, against the table.
check_includes() { # TREE
    awk 'function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        NR == FNR {
            wings[$1]
            for (i = 2; i <= NF; i++) may[$1, $i]
            next
        }
        {
            from = folder($1); to = folder($2)
            if ($2 !~ /^(lib)?memrestrict\//) print $1 ": no such file: " $2
            else if (!(from in wings)) print $1 " is in no wing of the table"
            else if (from != to && !((from, to) in may) && !((from, "anything") in may)) print $1 " includes " $2
        }' <(table "$1") <(includes "$1")
}

# The wings in the order of the table, each including none but those below it.
check_order() { # TREE
    awk '{ row[$1] = NR; line[NR] = $0 }
        END {
            for (n = 1; n <= NR; n++) {
                count = split(line[n], word)
                for (i = 2; i <= count; i++) {
                    to = word[i]
                    if (to == "anything") continue
                    if (!(to in row)) print word[1] " may include " to ", which has no row"
                    else if (row[to] <= n) print word[1] " may include " to ", which stands above it"
                }
            }
        }' <(table "$1")
}

# A module is a .c and its .h. One whose name goes on from another's is a part of it (ledger_table of
# ledger): the part may include the whole's header, whatever the whole includes of it.
check_circles() { # TREE
    includes "$1" | sed -E 's/\.[ch]( |$)/\1/g' | awk '$1 != $2 && index($1, $2 "_") != 1' |
        tsort 2>&1 >/dev/null | sed 's/^tsort: //'
}

# Every folder with something in it, of the first two storeys, is in a table of ARCHITECTURE.md.
folders() { # TREE
    (cd "$1" && find . -path ./.git -prune -o -path "./build*" -prune -o -type f -print) |
        sed -nE 's|^\./([^/]+(/[^/]+)?)/.*|\1|p' | grep -vE '^(\.[a-z]|debian$|debian/)' | sort -u
}
named() { # TREE
    # shellcheck disable=SC2016 # backquotes of Markdown
    sed -nE 's#^\| `([^`|]*[^/`|])/?` \|.*#\1#p' "$1/ARCHITECTURE.md" | grep / | sort -u
    # shellcheck disable=SC2016
    sed -nE 's#^\| `([^`|/]*)/?` \|.*#\1#p' "$1/ARCHITECTURE.md" | sort -u
}
check_folders() { # TREE
    diff <(folders "$1" | sort -u) <(named "$1" | sort -u) |
        sed -nE 's/^< (.*)/\1 is not in ARCHITECTURE.md/p; s/^> (.*)/\1, of ARCHITECTURE.md, is not there/p'
}

# The README's last section names each wing, and no other.
check_readme() { # TREE
    # shellcheck disable=SC2016 # backquotes of Markdown
    diff <(table "$1" | cut -d ' ' -f 1 | sort -u) \
        <(awk '/^## /{ inside = /^## Reading the source/ } inside' "$1/README.md" |
            grep -oE '`(lib)?memrestrict(/[a-z0-9]+)?/`' | tr -d '`' | sed 's|/$||' | sort -u) |
        sed -nE 's/^< (.*)/\1 is not in the README/p; s/^> (.*)/\1, of the README, is not in the table/p'
}

# A small tree in which all is well.
make_tree() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree"/{libmemrestrict/{edges,common},memrestrict/{run,base}}
    (
        cd "$scratch/tree" || exit
        cat >ARCHITECTURE.md <<'TABLE'
| `libmemrestrict/` | a folder |
| `libmemrestrict/edges/` | `common` | calls |
| `memrestrict/` | anything | main |
| `memrestrict/run/` | `base`, `common` | runs |
| `memrestrict/base/` | `common` | words |
| `libmemrestrict/common/` | | both |
TABLE
        # shellcheck disable=SC2016
        printf '## Reading the source\n`libmemrestrict/edges/` `libmemrestrict/common/` `memrestrict/`
            `memrestrict/run/` `memrestrict/base/`\n' >README.md
        echo '#include "common/a.h"' >libmemrestrict/edges/e.c
        touch libmemrestrict/common/a.h libmemrestrict/page.7
        echo '#include "run/run.h"' >memrestrict/main.c
        printf '# include "run/run.h"\n#include "base/b.h"\n#include "run/run_part.h"\n' >memrestrict/run/run.c
        touch memrestrict/run/run.h
        echo '#include "run/run.h"' >memrestrict/run/run_part.h
        echo '#include "common/a.h"' >memrestrict/base/b.h
    )
}
all_checks() { # TREE
    check_includes "$1" && check_order "$1" && check_circles "$1" && check_folders "$1" && check_readme "$1"
}
make_tree
result "a tree in which all is well" "$(all_checks "$scratch/tree")"

breaks() { # CHECK WORDS (FILE LINE)...: with these lines more, the check says these words
    local check=$1 words=$2 said
    shift 2
    make_tree
    while [ $# -gt 0 ]; do
        mkdir -p "$(dirname "$scratch/tree/$1")"
        echo "$2" >>"$scratch/tree/$1"
        shift 2
    done
    said=$("$check" "$scratch/tree")
    result "$check sees: $words" "$([[ $said == *"$words"* ]] || echo "it said: $said")"
}
# shellcheck disable=SC2016 # backquotes of Markdown
{
    breaks check_includes 'base/b.h includes memrestrict/run/run.h' memrestrict/base/b.h '#include "run/run.h"'
    breaks check_includes 'common/a.h includes libmemrestrict/edges' libmemrestrict/common/a.h '#include "edges/e.c"'
    breaks check_includes 'no such file: base/b.h' libmemrestrict/edges/e.c '#include "base/b.h"'
    breaks check_includes 'no such file: b.h' memrestrict/base/b.h '# include "b.h"'
    breaks check_includes 'new/x.c is in no wing' memrestrict/new/x.c '#include "base/b.h"'
    breaks check_order 'base may include memrestrict/run, which stands above' \
        ARCHITECTURE.md '| `memrestrict/base/` | `run` | |'
    breaks check_order 'memrestrict/none, which has no row' ARCHITECTURE.md '| `memrestrict/new/` | `none` | |'
    breaks check_circles 'memrestrict/base/c' memrestrict/base/b.h '#include "base/c.h"' memrestrict/base/c.h '#include "base/b.h"'
    breaks check_folders 'tests/new is not in ARCHITECTURE.md' tests/new/test.c ''
    breaks check_folders 'tests, of ARCHITECTURE.md, is not there' ARCHITECTURE.md '| `tests/` | tests |'
    breaks check_readme 'memrestrict/new is not in the README' ARCHITECTURE.md '| `memrestrict/new/` | | |'
    breaks check_readme 'memrestrict/old, of the README, is not' README.md '`memrestrict/old/`'
}

files=$(includes . | wc -l)
result "there are includes to look at" "$([ "$files" -gt 700 ] || echo "$files")"
result "each include is one that the table allows" "$(check_includes .)"
result "the table goes down only" "$(check_order .)"
result "no module includes itself by way of others" "$(check_circles .)"
result "ARCHITECTURE.md names the folders that there are" "$(check_folders .)"
result "the README names the wings that there are" "$(check_readme .)"
print_results
