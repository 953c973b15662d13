/* SPDX-License-Identifier: MIT */
#include "space/mapping_kinds.h"

#include "space/kernel_file.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { MIB = 1 << 20, PAGE = 4096 };

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_kernels(const char *name)
{
    static const char *const names[] = {"[vdso]",    "[vvar]",    "[vvar_vclock]", "[vsyscall]",
                                        "[uprobes]", "[sigpage]", "[vectors]",     NULL};
    for (const char *const *at = names; *at != NULL; at++)
        if (strcmp(name, *at) == 0)
            return true;
    return false;
}

static enum mapping_kind kind_of_anonymous(const struct mapping *mapping)
{
    return !mapping_has_access(mapping) ? MAPPING_RESERVATION
           : mapping->execute           ? MAPPING_CODE
                                        : MAPPING_ANONYMOUS;
}

/* By itself alone. */
static enum mapping_kind kind_of(const struct mapping *mapping)
{
    const char *name = mapping->name;
    if (strcmp(name, "[heap]") == 0)
        return MAPPING_HEAP;
    if (strcmp(name, "[stack]") == 0)
        return MAPPING_STACK;
    if (begins(name, "[stack:"))
        return MAPPING_THREAD; /* Linux before 4.5 names them */
    if (is_kernels(name))
        return MAPPING_KERNEL;
    if (begins(name, "/anon_hugepage") && !mapping->shared)
        return kind_of_anonymous(mapping);
    if (begins(name, "/dev/shm/") || begins(name, "/memfd:") || begins(name, "/SYSV") ||
        begins(name, "/dev/zero") || begins(name, "/anon_hugepage") || begins(name, "[anon_shmem"))
        return MAPPING_SHARED;
    if (begins(name, "/dev/") || (*name != '/' && *name != '[' && *name != '\0'))
        return MAPPING_DEVICE;
    if (*name == '/')
        return MAPPING_FILE;
    return mapping->shared ? MAPPING_SHARED : kind_of_anonymous(mapping);
}

/* The kernel's word for a file without a name is the name's end; a file may be called so, too. */
static bool is_deleted(const struct address_space *space, const struct mapping *mapping)
{
    static const char end[] = " (deleted)";
    size_t length = strlen(mapping->name), more = sizeof end - 1;
    struct stat status;
    if (mapping->kind != MAPPING_FILE || length <= more ||
        strcmp(mapping->name + length - more, end) != 0)
        return false;
    return stat(kernel_path("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, space->pid, mapping->low,
                            mapping->high),
                &status) != 0 ||
           status.st_nlink == 0;
}

static bool is_program(const struct address_space *space, const char *exe,
                       const struct mapping *mapping)
{
    if (*exe != '\0')
        return strcmp(mapping->name, exe) == 0;
    return space->code >= mapping->low && space->code < mapping->high;
}

static enum mapping_kind program_part(const struct mapping *mapping)
{
    return mapping->write ? MAPPING_DATA : mapping->execute ? MAPPING_TEXT : MAPPING_CONSTANTS;
}

/* Mappings of one file that follow each other, with memory that begins as zeros between. */
static size_t tell_file(struct address_space *space, const char *exe, size_t first)
{
    struct mapping *list = space->mappings;
    const char *name = list[first].name;
    bool program = false, code = false;
    size_t end = first + 1;
    for (size_t i = first; i < space->count; i++) {
        if (*list[i].name != '\0' && list[i].name != name)
            break;
        if (list[i].name != name)
            continue;
        program |= is_program(space, exe, &list[i]);
        code |= list[i].execute;
        end = i + 1;
    }
    for (size_t i = first; i < end; i++)
        if (list[i].name == name && list[i].kind == MAPPING_FILE)
            list[i].kind = program ? program_part(&list[i]) : code ? MAPPING_LIBRARY : MAPPING_FILE;
    return end;
}

/* Memory that follows a file's data at once is its data that begins as zeros; of a library only
 * where it is small, since other memory may have come to lie there and been joined with it. */
static void tell_zeros(struct address_space *space)
{
    for (size_t i = 1; i < space->count; i++) {
        struct mapping *last = &space->mappings[i - 1], *here = last + 1;
        if (here->kind != MAPPING_ANONYMOUS || *here->name != '\0' || last->high != here->low)
            continue;
        if (last->kind == MAPPING_DATA)
            here->kind = MAPPING_BSS;
        else if (last->kind == MAPPING_LIBRARY && last->write && here->high - here->low <= MIB)
            here->kind = MAPPING_LIBRARY, here->name = last->name;
    }
}

bool mapping_is_go(const struct mapping *mapping)
{
    return mapping->low >> 32 == 0xc0 || begins(mapping->name, "[anon: Go");
}

/* glibc reserves an arena's heap whole, aligned to its size, and opens it from below. */
static void tell_arenas(struct address_space *space)
{
    const uint64_t size = space->bits == 64 ? 64 * MIB : MIB;
    for (size_t i = 0; i < space->count; i++) {
        struct mapping *here = &space->mappings[i], *next = here + 1;
        if (here->kind != MAPPING_ANONYMOUS || here->low % size != 0 || !here->write ||
            mapping_is_go(here)) /* whose own are as large */
            continue;
        bool closed = i + 1 < space->count && next->kind == MAPPING_RESERVATION &&
                      next->low == here->high && next->high == here->low + size;
        if (closed)
            next->kind = MAPPING_ARENA;
        if (closed || here->high - here->low == size)
            here->kind = MAPPING_ARENA;
    }
}

/* What mprotect has made of parts of the main stack has its name no more. */
static void tell_stack(struct address_space *space)
{
    for (size_t i = space->count; i-- > 1;) {
        struct mapping *here = &space->mappings[i], *below = here - 1;
        if (here->kind == MAPPING_STACK || (here->kind == MAPPING_GUARD && here->grows))
            if (below->high == here->low && below->grows)
                below->kind = mapping_has_access(below) ? MAPPING_STACK : MAPPING_GUARD;
    }
}

/* The kernel calls what lies over an empty heap's place by the heap's name, too. */
static bool is_heap(const struct address_space *space, const struct mapping *mapping)
{
    bool below = mapping->low + PAGE <= space->break_start;
    bool joined = mapping > space->mappings && mapping[-1].high == mapping->low &&
                  mapping[-1].inode != 0 && mapping[-1].write; /* with the program's zeros */
    return mapping_has_access(mapping) && (!below || joined);
}

void mapping_kinds_tell(struct address_space *space, const char *exe)
{
    space->break_end = (space->break_start + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    for (size_t i = 0; i < space->count; i++) {
        struct mapping *mapping = &space->mappings[i];
        mapping->kind = kind_of(mapping);
        if (mapping->kind == MAPPING_HEAP && !is_heap(space, mapping))
            mapping->kind = kind_of_anonymous(mapping);
        mapping->deleted = is_deleted(space, mapping);
        if (mapping->kind == MAPPING_HEAP && space->break_start == 0)
            space->break_start = mapping->low;
        if (mapping->kind == MAPPING_HEAP)
            space->break_end = mapping->high;
    }
    for (size_t i = 0; i < space->count;)
        i = space->mappings[i].kind == MAPPING_FILE ? tell_file(space, exe, i) : i + 1;
    tell_zeros(space);
    tell_arenas(space);
    tell_stack(space);
}

const char *mapping_kind_id(enum mapping_kind kind)
{
    static const char *const ids[MAPPING_KINDS] = {
        [MAPPING_TEXT] = "text",
        [MAPPING_CONSTANTS] = "constants",
        [MAPPING_DATA] = "data",
        [MAPPING_BSS] = "bss",
        [MAPPING_HEAP] = "heap",
        [MAPPING_LIBRARY] = "library",
        [MAPPING_FILE] = "file",
        [MAPPING_SHARED] = "shared-memory",
        [MAPPING_ANONYMOUS] = "anonymous",
        [MAPPING_ARENA] = "malloc-arena",
        [MAPPING_CODE] = "generated-code",
        [MAPPING_STACK] = "stack",
        [MAPPING_THREAD] = "thread-stack",
        [MAPPING_GUARD] = "guard",
        [MAPPING_RESERVATION] = "reservation",
        [MAPPING_KERNEL] = "kernel",
        [MAPPING_DEVICE] = "device",
    };
    return kind < MAPPING_KINDS ? ids[kind] : "?";
}

const char *mapping_name(const struct mapping *mapping)
{
    switch (mapping->kind) {
    case MAPPING_HEAP: return "heap";
    case MAPPING_STACK: return "main stack";
    case MAPPING_THREAD: return "thread's stack";
    case MAPPING_GUARD: return "a stack's guard";
    case MAPPING_RESERVATION: return "reserved, no access";
    case MAPPING_ARENA: return "malloc's arena";
    case MAPPING_CODE: return "code made at run time";
    case MAPPING_BSS: return "bss";
    default: break;
    }
    if (*mapping->name == '/')
        return text_last_part(mapping->name);
    return *mapping->name != '\0' ? mapping->name
           : mapping->shared      ? "shared memory"
                                  : "mapped memory";
}
