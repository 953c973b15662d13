/* SPDX-License-Identifier: MIT */
#include "run/explore_memory.h"

#include "base/fd.h"
#include "common/calls.h"
#include "common/explore_area.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

#define PLAIN(at) (*(const volatile __typeof__(at) *)&(at)) /* read once, whoever writes it */

struct explore_memory {
    int fd;
    struct explore_area *area;
};

static bool make(struct explore_memory *memory)
{
    struct explore_area *area;
    memory->fd = fd_above(memfd_create("memrestrict-explore", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (memory->fd < 0 || ftruncate(memory->fd, sizeof *area) != 0 ||
        fcntl(memory->fd, F_ADD_SEALS, SEALS) != 0)
        return false;
    area = mmap(NULL, sizeof *area, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
    if (area == MAP_FAILED)
        return false;
    memory->area = area;
    area->version = EXPLORE_VERSION;
    area->size = sizeof *area;
    area->magic = EXPLORE_MAGIC;
    return true;
}

struct explore_memory *explore_memory_open(void)
{
    struct explore_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL || make(memory))
        return memory;
    int error = errno;
    explore_memory_close(memory);
    errno = error;
    return NULL;
}

void explore_memory_close(struct explore_memory *memory)
{
    if (memory == NULL)
        return;
    if (memory->area != NULL)
        munmap(memory->area, sizeof *memory->area);
    if (memory->fd >= 0)
        close(memory->fd);
    free(memory);
}

int explore_memory_fd(const struct explore_memory *memory) { return memory->fd; }

bool explore_memory_set_folder(struct explore_memory *memory, const char *folder)
{
    size_t length = strlen(folder);
    if (length >= EXPLORE_FOLDER)
        return false;
    memcpy(memory->area->folder, folder, length + 1);
    return true;
}

void explore_memory_set(struct explore_memory *memory, unsigned modes, bool deep,
                        uint64_t time_limit)
{
    memory->area->modes = modes;
    memory->area->deepest = deep ? EXPLORE_DEEPEST : 1;
    memory->area->time_limit = time_limit;
}

void explore_memory_expect(struct explore_memory *memory, uint64_t site)
{
    explore_enter(memory->area, site ^ EXPLORE_EXPECTED);
}

uint32_t explore_memory_count(const struct explore_memory *memory)
{
    uint32_t count = atomic_load(&memory->area->record_count);
    return count < EXPLORE_RECORDS ? count : EXPLORE_RECORDS;
}

static enum explore_end end_of(uint32_t state)
{
    return state == EXPLORE_EMPTY    ? EXPLORE_NONE
           : state == EXPLORE_FAILED ? EXPLORE_NOT_MADE
           : state == EXPLORE_ENDED  ? EXPLORE_DONE
                                     : EXPLORE_UNENDED;
}

static int positive(int number) { return number > 0 ? number : 0; }

struct explore_copy explore_memory_copy(const struct explore_memory *memory, uint32_t index)
{
    const struct explore_record *record = &memory->area->records[index % EXPLORE_RECORDS];
    struct explore_copy copy = {.end = end_of(atomic_load(&record->state))};
    uint32_t call = PLAIN(record->call), parent = PLAIN(record->parent),
             depth = PLAIN(record->depth);
    copy.mode = PLAIN(record->mode);
    copy.call = call < CALL_COUNT ? call_name((enum call)call) : "?";
    copy.parent = parent <= EXPLORE_RECORDS ? parent : 0;
    copy.depth = depth <= EXPLORE_DEEPEST ? depth : EXPLORE_DEEPEST;
    copy.pid = positive(atomic_load(&record->pid));
    copy.of_pid = positive(PLAIN(record->of_pid));
    copy.status = PLAIN(record->status) & 0xffff;
    copy.timed_out = PLAIN(record->timed_out) != 0;
    copy.site = PLAIN(record->site);
    copy.size = (int64_t)(PLAIN(record->size) & INT64_MAX);
    copy.time = (int64_t)(PLAIN(record->time) & INT64_MAX);
    copy.out_offset = PLAIN(record->out_offset);
    copy.err_offset = PLAIN(record->err_offset);
    return copy;
}

bool explore_memory_is_full(const struct explore_memory *memory)
{
    return atomic_load(&memory->area->record_count) > EXPLORE_RECORDS ||
           atomic_load(&memory->area->names_full) != 0;
}

uint64_t explore_memory_in_threads(const struct explore_memory *memory)
{
    return atomic_load(&memory->area->in_threads) & INT64_MAX;
}
