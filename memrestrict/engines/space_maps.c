/* SPDX-License-Identifier: MIT */
#include "engines/space_maps.h"

#include "common/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct line {
    uint64_t low, high;
    enum space_mapping kind;
    bool writable;
    bool is_heap;   /* up to the break */
    bool is_others; /* the kernel's own, or the main stack */
    bool is_ipc;    /* what shmat(2) brings */
};

static FILE *open_file(int pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return fopen(path, "re");
}

/* Names may hold anything, but a line break is written as \012. */
static bool next_line(FILE *file, struct line *line)
{
    char mode[5], name[64];
    unsigned major, minor;
    unsigned long inode;
    int fields;
    do {
        name[0] = '\0';
        fields = fscanf(file, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %lu%*[ ]%63[^\n]", &line->low,
                        &line->high, mode, &major, &minor, &inode, name);
        if (fields < 6)
            return false;
        for (int c = fgetc(file); c != '\n' && c != EOF;)
            c = fgetc(file);
    } while (line->low >= line->high);
    line->writable = mode[1] == 'w';
    line->is_others = strncmp(name, "[stack", 6) == 0 || strncmp(name, "[v", 2) == 0;
    line->is_heap = strcmp(name, "[heap]") == 0;
    line->is_ipc = mode[3] == 's' && strncmp(name, "/SYSV", 5) == 0;
    line->kind = mode[3] == 'p'                             ? SPACE_PRIVATE
                 : strcmp(name, "/dev/zero (deleted)") == 0 ? SPACE_ANONYMOUS_SHARED
                                                            : SPACE_FILE_SHARED;
    return true;
}

static uint64_t read_break(int pid)
{
    struct proc_stat stat;
    return proc_stat_of(pid, &stat) == 0 ? stat.break_start : 0;
}

bool space_load(struct space *space, int pid)
{
    struct line line;
    FILE *file = open_file(pid, "maps");
    if (file == NULL)
        return false;
    space->break_start = space->break_now = read_break(pid);
    uint64_t last = 0;
    while (next_line(file, &line)) {
        if (!line.is_others)
            space_enter(space, line.low, line.high, line.kind, line.writable);
        if (line.is_heap)
            space->break_now = line.high;
        last = line.high;
    }
    fclose(file);
    return last != 0 && space->break_start != 0;
}

static uint64_t most(uint64_t a, uint64_t b) { return a > b ? a : b; }
static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Parts of a mapping that are in no record. */
static void enter_unknown(struct space *space, const struct line *line)
{
    struct regions_span own, stack;
    for (uint64_t at = line->low; at < line->high;) {
        if (!regions_next(&space->own, at, &own))
            own.low = own.high = UINT64_MAX;
        if (!regions_next(&space->stacks, at, &stack))
            stack.low = stack.high = UINT64_MAX;
        uint64_t known = least(own.low, stack.low);
        if (known > at)
            space_enter(space, at, least(known, line->high), line->kind, line->writable);
        at = known > at ? known : own.low <= at ? own.high : stack.high;
    }
}

bool space_resync(struct space *space, int pid, uint64_t low, uint64_t high)
{
    struct line line;
    uint64_t at = low;
    FILE *file = open_file(pid, "maps");
    if (file == NULL)
        return false;
    while (at < high && next_line(file, &line)) {
        line.low = most(line.low, low);
        line.high = least(line.high, high);
        if (line.low >= line.high)
            continue;
        space_correct(space, at, line.low, false, false);
        at = line.high;
        bool counts = !line.is_ipc || space->keep_written;
        space_correct(space, line.low, line.high, counts, line.writable);
        if (!line.is_others)
            enter_unknown(space, &line);
    }
    fclose(file);
    space_correct(space, at, high, false, false);
    return true;
}

bool space_is_mapped(int pid, uint64_t low, uint64_t high)
{
    struct line line;
    FILE *file = open_file(pid, "maps");
    bool found = file == NULL;
    while (!found && next_line(file, &line))
        found = line.low < high && line.high > low;
    if (file != NULL)
        fclose(file);
    return found;
}

bool space_truth(int pid, uint64_t *bytes)
{
    char path[64];
    struct line line;
    FILE *file = open_file(pid, "maps");
    if (file == NULL)
        return false;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    *bytes = proc_bytes(path, "VmData:");
    while (next_line(file, &line))
        if (line.kind == SPACE_ANONYMOUS_SHARED && line.writable)
            *bytes += line.high - line.low;
    fclose(file);
    return *bytes != 0; /* else it is about to die */
}

uint64_t space_known(struct space *space)
{
    return regions_live(&space->own).bytes + regions_live(&space->stacks).bytes;
}
