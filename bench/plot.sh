#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Pictures of what bench.sh found: bench/plot.sh CSV FOLDER
#
# Writes FOLDER/table.svg (memrestrict and other limiters), FOLDER/allocators.svg (memrestrict over
# other allocators) and FOLDER/growth.svg (a call against the number of blocks, threads, mappings);
# those for which CSV has runs. The exit status says whether all of these were drawn.
set -u

here=$(cd "$(dirname "$0")" && pwd)
csv=${1:?usage: bench/plot.sh CSV FOLDER}
folder=${2:?usage: bench/plot.sh CSV FOLDER}

# shellcheck source=bench/workloads.sh
. "$here/workloads.sh"

refuse() { # COMPLAINT
    echo "bench: $1" >&2
    exit 1
}

command -v gnuplot >/dev/null ||
    refuse "no pictures: gnuplot is missing: 'apt-get install gnuplot-nox'"
[ -f "$csv" ] || refuse "no pictures: $csv is not there: 'make bench' writes it"
mkdir -p "$folder" || exit
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

# Of table.awk's data, what belongs into a panel: a file of its rows, one for each column with its
# bars, and one with the number of rows and the least and the largest ratio. A row is one unit high,
# the first one on top; the bars share four fifths of it.
make_bars() { # PANEL COLUMN=COLOUR...; workloads on standard input
    local panel=$1
    shift
    awk -F '\t' -v panel="$work/$panel" -v columns="${*%=*}" '
        BEGIN {
            n = split(columns, names, " ")
            for (i = 1; i <= n; i++) place[names[i]] = i
            low = 0.9
            high = 1.2
        }
        FNR == NR { wanted[$1] = 1; next }
        !($2 in wanted) || !($4 in place) { next }
        !($3 in row) {
            row[$3] = -rows++
            printf "%d\t%s\n", row[$3], $3 >(panel ".rows")
        }
        {
            thick = 0.8 / n
            text = sprintf("%.2f", $5) ($8 > 0 ? "!" : "")
            printf "%.3f\t%.4f\t%s\t%s\t%s\t%s\t%s\n", row[$3] + 0.4 - (place[$4] - 0.5) * thick,
                thick * 0.44, $5, $6, $7, ($5 < 1 ? text : ""), ($5 < 1 ? "" : text) >(panel "." $4)
            if ($6 < low) low = $6
            if ($7 > high) high = $7
        }
        END { if (rows > 0) print rows, low, high >(panel ".range") }' - "$work/data"
    name_columns "$panel" "$@"
}

# The same of the curves: number, ratio, quartiles; the least and the largest number, the largest
# median ratio, because a single whisker must not flatten all.
make_curves() { # COLUMN=COLOUR...
    local panel
    for panel in blocks threads mappings; do
        awk -F '\t' -v panel="$panel" -v file="$work/$panel" -v columns="${*%=*}" '
            BEGIN {
                n = split(columns, names, " ")
                for (i = 1; i <= n; i++) wanted[names[i]] = 1
                high = 1.25
            }
            index($2, panel "-") == 1 && $4 in wanted {
                number = substr($2, length(panel) + 2) + 0
                printf "%d\t%s\t%s\t%s\n", number, $5, $6, $7 >(file "." $4)
                if (fewest == 0 || number < fewest) fewest = number
                if (number > most) most = number
                if ($5 > high) high = $5
            }
            END { if (most > 0) print fewest, most, high >(file ".range") }' "$work/data"
        name_columns "$panel" "$@"
    done
}

# gnuplot does not survive a file without points: it is told which there are.
name_columns() { # PANEL COLUMN=COLOUR...
    local column panel=$1
    shift
    for column in "$@"; do
        [ -s "$work/$panel.${column%=*}" ] || continue
        echo "${column%=*}" >>"$work/$panel.columns"
        echo "${column#*=}" >>"$work/$panel.colours"
    done
}

draw() { # PICTURE SCRIPT PANEL...
    local picture=$folder/$1.svg script=$2 panel panels=() columns
    shift 2
    for panel in "$@"; do
        if [ -s "$work/$panel.columns" ]; then panels+=("$panel"); fi
    done
    [ ${#panels[@]} -gt 0 ] || return 0
    columns=$(for panel in "${panels[@]}"; do
        paste -d ' ' "$work/$panel.columns" "$work/$panel.colours"
    done | awk '!seen[$1]++')
    cut -d ' ' -f 1 <<<"$columns" >"$work/legend.columns"
    cut -d ' ' -f 2 <<<"$columns" >"$work/legend.colours"
    if gnuplot -d -e "work='$work'; here='$here'; panels='${panels[*]}'" "$here/$script" \
        >"$work/picture" 2>"$work/stderr" && [ -s "$work/picture" ]; then
        mv "$work/picture" "$picture" && echo "$picture"
    else
        echo "bench: gnuplot could not draw $picture:" \
            "$(grep '[a-z]' "$work/stderr" | tail -n 1)" >&2
        status=1
    fi
}

limiters=('memrestrict=#1f5fa8' 'forward=#a3acb8' 'memusage=#e39b32' 'libfiu=#c4524e'
    'tcmalloc-limit=#6ba368')
allocators=('mimalloc=#f0c07a' 'over-mimalloc=#c77a14' 'jemalloc=#a9d3a4'
    'over-jemalloc=#3f8f4a' 'tcmalloc=#b3c6e6' 'over-tcmalloc=#1f5fa8')
status=0

awk -v form=data -f "$here/table.awk" "$csv" >"$work/data" || exit
printf '%s\n' "${synthetic[@]}" | make_bars calls "${limiters[@]}"
printf '%s\n' "${real[@]}" | make_bars programs "${limiters[@]}"
printf '%s\n' "${synthetic[@]}" | make_bars calls-over "${allocators[@]}"
printf '%s\n' "${real[@]}" | make_bars programs-over "${allocators[@]}"
make_curves "${limiters[@]}"
draw table bars.gp calls programs
draw allocators bars.gp calls-over programs-over
draw growth growth.gp blocks threads mappings
exit $status
