/* SPDX-License-Identifier: MIT */
#include "common/accounts.h"

#include "common/kernel.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

enum { GROUP = 4, GROUPS = ACCOUNTS_SLOTS / GROUP, PATH = 64 };

/* Address space is the program's, which may have little of it (setrlimit(2)): of the slots those
 * are mapped that are asked for, some at a time, and they stay. */
static struct {
    struct accounts *header; /* NULL: all is mapped in one piece, wherever it is */
    _Atomic(struct account *) groups[GROUPS];
    char path[PATH];
} map;

static bool is_known_path(const char *path)
{
    size_t length = strlen(path);
    if (length >= PATH)
        return false;
    memcpy(map.path, path, length + 1);
    return true;
}

static const size_t header = offsetof(struct accounts, slots);

struct accounts *accounts_map(const char *path, int *error)
{
    struct accounts *whole = NULL;
    bool parts = getauxval(AT_PAGESZ) <= ACCOUNTS_PAGE && is_known_path(path);
    struct accounts *mapped =
        kernel_map_shared(path, 0, parts ? header : sizeof *whole, sizeof *whole, error);
    map.header = parts ? mapped : NULL;
    return mapped;
}

void accounts_unmap(struct accounts *accounts)
{
    kernel_pages_free(accounts, accounts == map.header ? header : sizeof *accounts);
    map.header = NULL;
}

/* From what is mapped already, since a program that has dropped its rights cannot open the file any
 * more: the file from its beginning, of which what comes before is given back. */
static struct account *map_group(unsigned group)
{
    int error;
    size_t bytes = GROUP * sizeof(struct account);
    size_t start = offsetof(struct accounts, slots) + group * bytes;
    char *pages = kernel_map_again(map.header, start + bytes, NULL);
    if (pages == NULL)
        return kernel_map_shared(map.path, (int64_t)start, bytes, sizeof(struct accounts), &error);
    kernel_pages_free(pages, start);
    return (struct account *)(void *)(pages + start);
}

struct account *accounts_slot(struct accounts *accounts, unsigned slot)
{
    if (accounts != map.header)
        return &accounts->slots[slot];
    unsigned group = slot / GROUP;
    struct account *first = atomic_load(&map.groups[group]), *mapped;
    if (first == NULL && (mapped = map_group(group)) != NULL) {
        if (atomic_compare_exchange_strong(&map.groups[group], &first, mapped))
            first = mapped;
        else /* by another thread meanwhile */
            kernel_pages_free(mapped, GROUP * sizeof *mapped);
    }
    return first != NULL ? first + slot % GROUP : NULL;
}
