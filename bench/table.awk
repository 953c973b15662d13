# SPDX-License-Identifier: MIT
#
# Makes tables of the runs in a file that bench.sh wrote (BENCH_CSV). A cell is the ratio of a
# column's median to its base's, then the quartiles of the single rounds' ratios.

BEGIN {
    FS = ","
    own = " bare memrestrict with-report run run-tree run-sites over-jemalloc over-mimalloc over-tcmalloc "
}

NR == 1 { next }

{
    if (!(($1) in seen_workload)) {
        seen_workload[$1] = 1
        workloads[++workload_count] = $1
    }
    if (!(($2) in base)) {
        base[$2] = $3
        columns[++column_count] = $2
    }
    if ($5 != "ok") {
        failed[$1, $2] = $5 == "timeout" ? "timeout" : "fail"
        next
    }
    value["wall", $1, $2, $4] = $6
    value["cpu", $1, $2, $4] = $7
    value["memory", $1, $2, $4] = $8
    if ($4 > rounds)
        rounds = $4
}

# Sorts list[1..n]; n is small.
function sort(list, n, i, j, item) {
    for (i = 2; i <= n; i++) {
        item = list[i]
        for (j = i - 1; j >= 1 && list[j] > item; j--)
            list[j + 1] = list[j]
        list[j + 1] = item
    }
}

# The value below which `part` of the sorted list[1..n] is, between two of them if need be.
function quantile(list, n, part, at, low) {
    at = 1 + (n - 1) * part
    low = int(at)
    return low >= n ? list[n] : list[low] + (at - low) * (list[low + 1] - list[low])
}

function median(what, workload, column, list, n, round) {
    n = 0
    for (round = 1; round <= rounds; round++)
        if ((what, workload, column, round) in value)
            list[++n] = value[what, workload, column, round]
    if (n == 0)
        return 0
    sort(list, n)
    return quantile(list, n, 0.5)
}

function short(ratio) {
    return sprintf(ratio >= 99.5 ? "%.0f" : ratio >= 9.95 ? "%.1f" : "%.2f", ratio)
}

# A round's ratio; 0 if the column or its base did not run in it.
function round_ratio(what, workload, column, round, below) {
    below = value[what, workload, base[column], round]
    return below > 0 ? value[what, workload, column, round] / below : 0
}

function cell(what, workload, column, list, n, round, below, ratio) {
    if ((workload, column) in failed)
        return failed[workload, column]
    below = median(what, workload, base[column])
    ratio = median(what, workload, column)
    if (below == 0 || ratio == 0)
        return "-"
    n = 0
    for (round = 1; round <= rounds; round++)
        if (round_ratio(what, workload, column, round) > 0)
            list[++n] = round_ratio(what, workload, column, round)
    sort(list, n)
    ratio = short(ratio / below)
    if (n < 3)
        return ratio
    return ratio " " short(quantile(list, n, 0.25)) "-" short(quantile(list, n, 0.75))
}

function bare_cell(what, workload, middle) {
    if ((workload, "bare") in failed)
        return failed[workload, "bare"]
    middle = median(what, workload, "bare")
    return what == "memory" ? sprintf("%.1f MiB", middle / 1024) : sprintf("%.3f s", middle)
}

# CPU time is told apart where several threads, or other programs on the machine, pull it away.
function differs(workload, wall) {
    wall = median("wall", workload, "bare")
    return wall > 0 && (median("cpu", workload, "bare") / wall - 1) ^ 2 > 0.15 ^ 2
}

function row(what, workload, label, mine, i, line) {
    line = sprintf("%-15s %9s", label, bare_cell(what, workload))
    for (i = 1; i <= column_count; i++)
        if (columns[i] != "bare" && is_mine(columns[i]) == mine)
            line = line sprintf("  %-15s", cell(what, workload, columns[i]))
    sub(/ +$/, "", line)
    print line
}

function is_mine(column) { return index(own, " " column " ") > 0 }

function table(mine, title, i, n, line) {
    for (i = 1; i <= column_count; i++)
        n += columns[i] != "bare" && is_mine(columns[i]) == mine
    if (n == 0)
        return
    print "\n" title
    line = sprintf("%-15s %9s", "", "bare")
    for (i = 1; i <= column_count; i++)
        if (columns[i] != "bare" && is_mine(columns[i]) == mine)
            line = line sprintf("  %-15s", columns[i])
    sub(/ +$/, "", line)
    print line
    for (i = 1; i <= workload_count; i++) {
        row("wall", workloads[i], workloads[i], mine)
        if (differs(workloads[i]))
            row("cpu", workloads[i], "  cpu time", mine)
        if (workloads[i] == "deep")
            row("memory", workloads[i], "  memory", mine)
    }
}

END {
    if (workload_count == 0)
        exit
    printf "Wall-clock time, rounds: %d. Ratio of medians to bare, then the quartiles of\n", rounds
    print "the rounds' ratios; a cell without quartiles has fewer than three runs. CPU time is"
    print "user and system time, where the bare run's differs from the clock by more than 15 %."
    table(1, "memrestrict (over-NAME: both preloaded, compared with NAME alone)")
    table(0, "others")
}
