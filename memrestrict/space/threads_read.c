/* SPDX-License-Identifier: MIT */
#include "space/threads_read.h"

#include "space/kernel_file.h"
#include "space/mapping_kinds.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 512, KIB = 1024, PAGE = 4096, ENTRIES = 64, STACK_PAGES = 16384 };

/* "0 0x0 ... 0x7ffd1000 0x7f0e1000": the last but one. 0: the thread runs, or it is a secret. */
static uint64_t stack_pointer(int pid, const char *thread)
{
    char *text = kernel_file(kernel_path("/proc/%d/task/%.16s/syscall", pid, thread), LINE, NULL);
    char *last = text != NULL ? strrchr(text, ' ') : NULL;
    uint64_t pointer = 0;
    if (last != NULL) {
        *last = '\0';
        char *before = strrchr(text, ' ');
        pointer = before != NULL ? strtoull(before + 1, NULL, 16) : 0;
    }
    free(text);
    return pointer;
}

/* Guard pages within a mapping, which only the page map shows: where the last of them ends, of
 * those in the first pages; 0: there are none. */
static uint64_t guard_pages(int pid, const struct mapping *mapping, size_t pages)
{
    const uint64_t is_guard = UINT64_C(1) << 58;
    uint64_t entries[ENTRIES], end = 0, first = mapping->low / PAGE;
    int fd = open(kernel_path("/proc/%d/pagemap", pid), O_RDONLY | O_CLOEXEC);
    size_t count = (mapping->high - mapping->low) / PAGE;
    count = count < pages ? count : pages;
    for (size_t at = 0; fd >= 0 && at < count; at += ENTRIES) {
        ssize_t got = pread(fd, entries, sizeof entries, (off_t)((first + at) * 8));
        for (ssize_t i = 0; i < got / 8 && at + (size_t)i < count; i++)
            if ((entries[i] & is_guard) != 0)
                end = (first + at + (size_t)i + 1) * PAGE;
    }
    if (fd >= 0)
        close(fd);
    return end;
}

static struct mapping *at_address(struct address_space *space, uint64_t address)
{
    const struct mapping *found = space_above(space, address);
    return found != NULL && found->low <= address ? &space->mappings[found - space->mappings]
                                                  : NULL;
}

static bool closed_below(struct address_space *space, const struct mapping *mapping)
{
    return mapping > space->mappings && mapping[-1].high == mapping->low &&
           !mapping_has_access(&mapping[-1]);
}

/* What a stack may be in: elsewhere it is a stack in name only, as in a program with coroutines. */
static bool is_stack_like(const struct mapping *mapping)
{
    return mapping->kind == MAPPING_ANONYMOUS || mapping->kind == MAPPING_CODE ||
           mapping->kind == MAPPING_THREAD;
}

static void note_thread(int pid, struct address_space *space, int thread, uint64_t pointer)
{
    const uint64_t most = UINT64_C(256) * KIB * KIB;
    struct mapping *mapping = at_address(space, pointer);
    if (mapping == NULL || mapping->kind == MAPPING_STACK)
        return;
    mapping->more += mapping->thread != 0;
    if (mapping->thread == 0)
        mapping->thread = thread;
    mapping->guarded = closed_below(space, mapping) ||
                       guard_pages(pid, mapping, ENTRIES) != 0; /* as glibc 2.42 does */
    if (!is_stack_like(mapping) || mapping->high - mapping->low > most)
        return;
    mapping->kind = MAPPING_THREAD;
    if (closed_below(space, mapping))
        mapping[-1].kind = MAPPING_GUARD;
}

/* Threads that are not waiting have stacks too: memory above a small piece without access. */
static void guess(struct address_space *space, unsigned unknown)
{
    for (size_t i = 1; i < space->count && unknown > 0; i++) {
        struct mapping *guard = &space->mappings[i - 1], *here = guard + 1;
        if (here->kind != MAPPING_ANONYMOUS || !here->write || *here->name != '\0' ||
            guard->kind != MAPPING_RESERVATION || guard->high != here->low ||
            guard->high - guard->low > 64 * KIB || here->high - here->low < 64 * KIB)
            continue;
        here->kind = MAPPING_THREAD;
        here->guarded = true;
        guard->kind = MAPPING_GUARD;
        unknown--;
    }
}

void threads_read(int pid, struct address_space *space)
{
    DIR *folder = opendir(kernel_path("/proc/%d/task", pid));
    struct dirent *entry;
    unsigned seen = 0, unknown = 0;
    while (folder != NULL && seen < SPACE_THREADS && (entry = readdir(folder)) != NULL) {
        int thread = atoi(entry->d_name);
        if (thread <= 0)
            continue;
        uint64_t pointer = stack_pointer(pid, entry->d_name);
        seen++;
        if (pointer != 0)
            note_thread(pid, space, thread, pointer);
        else if (thread != pid)
            unknown++;
    }
    if (folder != NULL)
        closedir(folder);
    guess(space, unknown);
    for (size_t i = 0; i < space->count; i++)
        if (space->mappings[i].kind == MAPPING_STACK)
            space->mappings[i].guard = guard_pages(pid, &space->mappings[i], STACK_PAGES);
}
