# SPDX-License-Identifier: MIT
#
# Makes tables of the runs in files that bench.sh wrote (BENCH_CSV). A cell is the median, then the
# quartiles, of the rounds' ratios of a column's run to its base's. With -v form=data:
# a line a cell for plot.sh; with -v form=markdown -v only='COLUMN ...': one short table of these
# columns, as a README has it, without spread. -v time=cpu: of processor time.

BEGIN {
    FS = ","
    name("pairs", "malloc/free pairs")
    name("live-1", "live set, 1 thread")
    name("wide-1", "wide set, 1 thread")
    name("live-2", "live set, 2 threads")
    name("wide-2", "wide set, 2 threads")
    name("live-4", "live set, 4 threads")
    name("wide-4", "wide set, 4 threads")
    name("cross", "producer/consumer")
    name("bursts", "bursts")
    name("deep", "1.5 M small blocks")
    name("replaced", "2 M, a fifth replaced")
    name("realloc", "growth by realloc")
    name("churn", "mmap churn")
    name("churn-bare", "mmap churn, bare")
    name("forks", "fork")
    name("startup", "start-up")
    name("launch", "start-up, with run")
    name("cfrac", "cfrac")
    name("espresso", "espresso")
    name("alloc-test-1", "alloc-test, 1 thread")
    name("alloc-test-2", "alloc-test, 2 threads")
    name("glibc-simple", "glibc-simple")
    name("mstress", "mstress, 2 threads")
    label["python3-malloc"] = "python3, malloc only"
    title["limiters"] = "memrestrict, the floor (a preload that only forwards), and others"
    title["allocators"] = "allocators: alone, and memrestrict over them (over-NAME), to bare"
    title["command"] = "memrestrict: with a report; the command (run-tree: compared with run)"
}

FNR == 1 { next }

{
    if (!($1 in seen)) {
        seen[$1] = 1
        workloads[++workload_count] = $1
    }
    if (!($2 in base)) {
        base[$2] = $4
        group[$2] = $3
        columns[++column_count] = $2
    }
    if ($5 > rounds)
        rounds = $5
    if ($6 != "ok") {
        failed[$1, $2] = $6 == "timeout" ? "timeout" : "fail"
        next
    }
    n = ++runs[$1, $2, $5]
    mean("wall", time == "cpu" && !is_growth($1) ? $8 : $7)
    mean("cpu", $8)
    mean("memory", $9)
}

# Of a round's runs; bare may have two.
function mean(what, seen) { value[what, $1, $2, $5] += (seen - value[what, $1, $2, $5]) / n }

# The others are real programs, or growth.
function name(workload, text) {
    label[workload] = text
    synthetic[workload] = 1
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

# 0: no run of it succeeded.
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

# A round's ratio; 0 if the column or its base did not run in it.
function round_ratio(what, workload, column, round, below) {
    if (!((what, workload, column, round) in value))
        return 0
    below = value[what, workload, base[column], round]
    return below > 0 ? value[what, workload, column, round] / below : 0
}

# Sets `ratio`, 0 if there is none, and the quartiles `low` and `high`, 0 with fewer than three
# rounds. Both runs of a round's ratio met the same machine, whatever else it did by then.
function find_ratio(what, workload, column, list, n, round) {
    n = ratio = low = high = 0
    for (round = 1; round <= rounds; round++)
        if (round_ratio(what, workload, column, round) > 0)
            list[++n] = round_ratio(what, workload, column, round)
    if (n == 0)
        return
    sort(list, n)
    ratio = quantile(list, n, 0.5)
    if (n < 3)
        return
    low = quantile(list, n, 0.25)
    high = quantile(list, n, 0.75)
}

function short(number) {
    return sprintf(number >= 99.5 ? "%.0f" : number >= 9.95 ? "%.1f" : "%.2f", number)
}

# `!`: some runs failed, or all of them.
function cell(what, workload, column, text) {
    find_ratio(what, workload, column)
    text = (workload, column) in failed ? "!" : ""
    if (ratio == 0)
        return text == "" ? "-" : failed[workload, column] text
    text = short(ratio) text
    return low > 0 && form != "markdown" ? text " " short(low) "-" short(high) : text
}

function is_growth(workload) { return workload ~ /^(blocks|threads|mappings)-[0-9]+$/ }

function label_of(workload, parts) {
    if (workload in label)
        return label[workload]
    if (!is_growth(workload))
        return workload
    split(workload, parts, "-")
    sub(/000000$/, " M", parts[2])
    sub(/000$/, ",000", parts[2])
    return parts[2] " " (parts[2] == 1 ? "thread" : parts[1])
}

function bare_cell(what, workload, middle) {
    middle = median(what, workload, "bare")
    if (middle == 0)
        return (workload, "bare") in failed ? failed[workload, "bare"] "!" : "-"
    if (what == "memory")
        return sprintf("%.1f MiB", middle / 1024)
    return is_growth(workload) ? sprintf("%.1f ns", middle * 1000) : sprintf("%.3f s", middle)
}

# CPU time is told apart where several threads, or other programs on the machine, pull it away.
function differs(workload, wall, part) {
    wall = median("wall", workload, "bare")
    if (is_growth(workload) || wall == 0)
        return 0
    part = median("cpu", workload, "bare") / wall
    return part < 0.85 || part > 1.15
}

# One line: `first`, `second`, then the chosen columns' cells, or their names where there is no
# `what`.
function row(what, workload, first, second, i, line) {
    line = sprintf("%-20s %9s", first, second)
    for (i = 1; i <= chosen_count; i++)
        line = line sprintf("  %-16s", what == "" ? chosen[i] : cell(what, workload, chosen[i]))
    sub(/ +$/, "", line)
    print line
}

function choose(growth, kind, i, j, found) {
    chosen_count = 0
    for (i = 1; i <= column_count; i++) {
        found = 0
        for (j = 1; j <= workload_count && group[columns[i]] == kind; j++)
            if (is_growth(workloads[j]) == growth && cell("wall", workloads[j], columns[i]) != "-")
                found = 1
        if (found)
            chosen[++chosen_count] = columns[i]
    }
}

function has_cells(workload, i) {
    for (i = 1; i <= chosen_count; i++)
        if (cell("wall", workload, chosen[i]) != "-")
            return 1
    return 0
}

function table(kind, growth, heading, i) {
    choose(growth, kind)
    if (chosen_count == 0)
        return
    print "\n" heading
    row("", "", growth ? "a call with ..." : "", "bare")
    for (i = 1; i <= workload_count; i++)
        if (is_growth(workloads[i]) == growth && has_cells(workloads[i]))
            rows(workloads[i])
}

function rows(workload) {
    row("wall", workload, label_of(workload), bare_cell("wall", workload))
    if (differs(workload))
        row("cpu", workload, "  cpu time", bare_cell("cpu", workload))
    if (workload == "deep")
        row("memory", workload, "  memory", bare_cell("memory", workload))
}

function markdown_row(what, workload, first, i, line) {
    line = "| " first " |"
    for (i = 1; i <= chosen_count; i++)
        line = line " " (what == "" ? chosen[i] : cell(what, workload, chosen[i])) " |"
    print line
}

# The least and the largest ratio of the real programs'.
function range(column, i, least, largest) {
    for (i = 1; i <= workload_count; i++) {
        if (workloads[i] in synthetic || is_growth(workloads[i]))
            continue
        find_ratio("wall", workloads[i], column)
        if (ratio > 0 && (least == 0 || ratio < least))
            least = ratio
        if (ratio > largest)
            largest = ratio
    }
    return largest > 0 ? short(least) " - " short(largest) : "-"
}

function markdown(i, line, programs) {
    chosen_count = split(only, chosen, " ")
    markdown_row("", "", "")
    line = "|---|"
    for (i = 1; i <= chosen_count; i++)
        line = line "---|"
    print line
    for (i = 1; i <= workload_count; i++)
        if (workloads[i] in synthetic) {
            if (!has_cells(workloads[i]))
                continue
            markdown_row("wall", workloads[i], label_of(workloads[i]))
            if (workloads[i] == "deep")
                markdown_row("memory", workloads[i], "memory of these")
        } else if (!is_growth(workloads[i]))
            programs = programs (programs == "" ? "" : ", ") workloads[i]
    if (programs == "")
        return
    line = "| " programs " |"
    for (i = 1; i <= chosen_count; i++)
        line = line " " range(chosen[i]) " |"
    print line
}

function data_line(what, workload, column) {
    find_ratio(what, workload, column)
    if (ratio > 0)
        printf "%s\t%s\t%s\t%s\t%.4f\t%.4f\t%.4f\t%d\n", what, workload,
            what == "memory" ? "memory of these" : label_of(workload), column, ratio,
            (low > 0 ? low : ratio), (high > 0 ? high : ratio), ((workload, column) in failed)
}

function data(i, j) {
    for (i = 1; i <= workload_count; i++) {
        for (j = 1; j <= column_count; j++)
            data_line("wall", workloads[i], columns[j])
        for (j = 1; workloads[i] == "deep" && j <= column_count; j++)
            data_line("memory", workloads[i], columns[j])
    }
}

END {
    if (workload_count == 0) {
        print "bench: no runs" >"/dev/stderr"
        exit 1
    }
    if (form == "data" || form == "markdown") {
        if (form == "data")
            data()
        else
            markdown()
        exit
    }
    print (time == "cpu" ? "Processor time" : "Time by the clock") ", rounds: " rounds \
        ". The median, then the quartiles, of the rounds'"
    print "ratios to bare; a cell without quartiles has fewer than three rounds. !: some runs"
    print "failed. CPU time is user and system time, where the bare run's differs by over 15 %."
    table("limiters", 0, title["limiters"])
    table("allocators", 0, title["allocators"])
    table("command", 0, title["command"])
    table("limiters", 1, "growth: a call, where so many live blocks, threads or mappings are")
}
