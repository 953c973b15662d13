/* SPDX-License-Identifier: MIT */
#include "space/address_space.h"

#include "base/message.h"
#include "common/config.h"
#include "common/proc.h"
#include "space/kernel_file.h"
#include "space/machine_read.h"
#include "space/maps_read.h"
#include "space/mapping_kinds.h"
#include "space/threads_read.h"
#include "base/text.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VECTOR_MOST = 4096, STATUS_MOST = 65536, ENVIRON_MOST = 4 << 20, EXE_ROOM = 4096 };

static bool read_stat(int pid, struct address_space *space)
{
    struct proc_stat stat;
    if (!proc_stat(kernel_path("/proc/%d/stat", pid), &stat))
        return false;
    space->start_time = stat.start_time;
    space->code = stat.code;
    space->stack_start = stat.stack;
    space->break_start = stat.break_start;
    return true;
}

static uint64_t known(uint64_t bytes) { return bytes == SPACE_UNKNOWN ? 0 : bytes; }

/* Returns the parent; 0: not to be seen. */
static int read_status(int pid, struct address_space *space)
{
    char *text = kernel_file(kernel_path("/proc/%d/status", pid), STATUS_MOST, NULL);
    if (text == NULL)
        return 0;
    space->data_used = known(kernel_line_bytes(text, "VmData"));
    space->stack_used = known(kernel_line_bytes(text, "VmStk"));
    space->mapped = known(kernel_line_bytes(text, "VmSize"));
    space->locked = known(kernel_line_bytes(text, "VmLck"));
    space->threads = (unsigned)(known(kernel_line_bytes(text, "Threads")) / 1024);
    int parent = (int)(known(kernel_line_bytes(text, "PPid")) / 1024);
    const char *name = strncmp(text, "Name:\t", 6) == 0 ? text + 6 : "";
    snprintf(space->program, sizeof space->program, "%.*s", (int)strcspn(name, "\n"), name);
    free(text);
    return parent;
}

static uint64_t limit_of(const char *text, const char *name)
{
    const char *line = text != NULL ? strstr(text, name) : NULL;
    if (line == NULL)
        return SPACE_UNKNOWN;
    line += strlen(name);
    line += strspn(line, " ");
    return *line >= '0' && *line <= '9' ? strtoull(line, NULL, 10) : SPACE_UNKNOWN;
}

static void read_limits(int pid, struct address_space *space)
{
    char *text = kernel_file(kernel_path("/proc/%d/limits", pid), STATUS_MOST, NULL);
    space->limits = (struct space_limits){
        .stack = limit_of(text, "Max stack size"),
        .data = limit_of(text, "Max data size"),
        .address_space = limit_of(text, "Max address space"),
        .locked = limit_of(text, "Max locked memory"),
    };
    free(text);
}

/* The auxiliary vector is of words of the program's own size: only in that size does it have the
 * size of a page. */
static bool vector_has(const char *vector, size_t length, bool wide, uint64_t type, uint64_t *value)
{
    size_t word = wide ? 8 : 4;
    for (size_t at = 0; at + 2 * word <= length; at += 2 * word) {
        uint64_t key = 0;
        *value = 0;
        memcpy(&key, vector + at, word);
        memcpy(value, vector + at + word, word);
        if (key == type)
            return true;
    }
    return false;
}

static unsigned read_vector(int pid, uint64_t *interpreter)
{
    size_t length = 0;
    uint64_t value = 0;
    unsigned bits = 0;
    char *vector = kernel_file(kernel_path("/proc/%d/auxv", pid), VECTOR_MOST, &length);
    if (vector == NULL)
        return 0;
    for (unsigned wide = 0; wide < 2 && bits == 0; wide++)
        if (vector_has(vector, length, wide, AT_PAGESZ, &value) && value >= 4096 &&
            (value & (value - 1)) == 0 && value <= 1 << 20)
            bits = wide ? 64 : 32;
    if (bits != 0 && vector_has(vector, length, bits == 64, AT_BASE, &value))
        *interpreter = value;
    free(vector);
    return bits;
}

static void read_personality(int pid, struct address_space *space)
{
    char *text = kernel_file(kernel_path("/proc/%d/personality", pid), 64, NULL);
    space->knows_personality = text != NULL;
    space->personality = text != NULL ? strtoull(text, NULL, 16) : 0;
    free(text);
}

static void read_budget(int pid, struct address_space *space)
{
    static const char name[] = "MEMRESTRICT_LIMIT=";
    size_t length = 0;
    char *text = kernel_file(kernel_path("/proc/%d/environ", pid), ENVIRON_MOST, &length);
    space->budget = SPACE_UNKNOWN;
    for (size_t at = 0; text != NULL && at < length; at += strlen(text + at) + 1)
        if (strncmp(text + at, name, sizeof name - 1) == 0 &&
            !size_parse(text + at + sizeof name - 1, &space->budget))
            space->budget = SPACE_UNKNOWN;
    free(text);
}

/* The program's file, to tell its mappings by; "" if it cannot be seen. */
static void read_exe(int pid, char room[EXE_ROOM], struct address_space *space)
{
    ssize_t length = readlink(kernel_path("/proc/%d/exe", pid), room, EXE_ROOM - 1);
    room[length > 0 ? length : 0] = '\0';
    if (length > 0)
        snprintf(space->program, sizeof space->program, "%s", text_last_part(room));
}

/* Where words of what went wrong go. */
enum { TROUBLE_ROOM = 160 };

static bool read_mappings(int pid, struct address_space *space, char trouble[TROUBLE_ROOM])
{
    FILE *file = fopen(kernel_path("/proc/%d/smaps", pid), "re");
    if (file == NULL && errno == ENOENT)
        file = fopen(kernel_path("/proc/%d/maps", pid), "re");
    bool done = file != NULL && maps_read(file, space);
    int error = errno;
    if (file != NULL)
        fclose(file);
    if (done && space->count > 0)
        return true;
    if (done)
        snprintf(
            trouble, TROUBLE_ROOM,
            "process %d has no memory of its own: it or its main thread has ended, or it is the "
            "kernel's",
            pid);
    else
        snprintf(trouble, TROUBLE_ROOM, "process %d: its mappings cannot be seen: %s", pid,
                 error == ENOENT || error == ESRCH ? "there is no such process" : strerror(error));
    return false;
}

/* The end of what a program can have, by where its stack is: each kind of page table has its own.
 */
static uint64_t space_end(const struct address_space *space)
{
    const uint64_t page = 4096;
    uint64_t stack = space->stack_start;
    for (size_t i = 0; i < space->count && stack == 0; i++)
        if (strcmp(space->mappings[i].name, "[stack]") == 0)
            stack = space->mappings[i].low;
    if (space->bits == 32)
        return stack < 0xc0000000 && stack != 0 ? 0xc0000000 : 0xfffff000 - page;
#if defined __x86_64__ || defined __i386__
    return (UINT64_C(1) << (stack >> 47 == 0 ? 47 : 56)) - page;
#else
    return UINT64_C(1) << (stack >> 39 == 0 ? 39 : stack >> 48 == 0 ? 48 : 52);
#endif
}

/* What lies beyond it, such as the vsyscall page, is the kernel's. */
static void drop_beyond(struct address_space *space)
{
    while (space->count > 0 && space->mappings[space->count - 1].low >= space->top)
        space->count--;
}

/* The mappings of one that ends, or becomes another program, while they are read just stop. */
static bool is_same(const struct address_space *before, const struct address_space *after)
{
    return after->start_time == before->start_time && after->code == before->code &&
           after->stack_start == before->stack_start && after->break_start == before->break_start;
}

/* In this order: what is told of the whole, then the mappings, and whether it is still the same. */
static bool read_process(int pid, struct address_space *space, char exe[EXE_ROOM],
                         char trouble[TROUBLE_ROOM])
{
    struct address_space after = {0};
    uint64_t ignored;
    *space = (struct address_space){.pid = pid};
    snprintf(trouble, TROUBLE_ROOM, "there is no process %d", pid);
    if (!read_stat(pid, space))
        return false;
    int parent = read_status(pid, space);
    read_exe(pid, exe, space);
    read_limits(pid, space);
    read_personality(pid, space);
    read_budget(pid, space);
    space->bits = read_vector(pid, &space->interpreter);
    if (parent > 0)
        space->parent_bits = read_vector(parent, &ignored);
    machine_read(&space->system);
    machine_read_cgroup(pid, &space->cgroup);
    if (!read_mappings(pid, space, trouble))
        return false;
    snprintf(trouble, TROUBLE_ROOM, "process %d ended meanwhile, or became another program", pid);
    return read_stat(pid, &after) && is_same(space, &after);
}

static bool read_whole(int pid, struct address_space *space, char trouble[TROUBLE_ROOM])
{
    char exe[EXE_ROOM];
    if (!read_process(pid, space, exe, trouble)) {
        space_free(space);
        return false;
    }
    if (space->bits == 0)
        space->bits = space->mappings[space->count - 1].high >> 32 != 0 ? 64 : 32;
    space->top = space_end(space);
    drop_beyond(space);
    mapping_kinds_tell(space, exe);
    threads_read(pid, space);
    return true;
}

bool space_try(int pid, struct address_space *space)
{
    char trouble[TROUBLE_ROOM];
    return read_whole(pid, space, trouble);
}

bool space_read(int pid, struct address_space *space)
{
    char trouble[TROUBLE_ROOM];
    bool done = read_whole(pid, space, trouble);
    if (!done)
        message("%s", trouble);
    return done;
}
