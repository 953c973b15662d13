/* SPDX-License-Identifier: MIT
 *
 * The engine of RLIMIT_DATA, setrlimit(2): the kernel refuses, and nobody is told. It counts what
 * is private and writable, the program's own data with it, so that is added to the limit.
 */
#include "base/message.h"
#include "engines/engine.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct state {
    uint64_t bytes;
};

static bool available(const char **why)
{
    *why = NULL;
    return true;
}

/* Of an executable, the pages of what is writable: data and bss. */
static uint64_t data_of(Elf *elf)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), bytes = 0;
    size_t count = 0;
    GElf_Phdr header;
    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; i++)
        if (gelf_getphdr(elf, (int)i, &header) != NULL && header.p_type == PT_LOAD &&
            (header.p_flags & PF_W))
            bytes += (header.p_vaddr % page + header.p_memsz + page - 1) / page * page;
    return bytes;
}

static uint64_t own_data(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf =
        fd >= 0 && elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    uint64_t bytes = elf != NULL ? data_of(elf) : 0;
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return bytes;
}

static void *prepare(const struct engine_run *run)
{
    struct state *state = malloc(sizeof *state);
    if (state == NULL) {
        message("no memory");
        return NULL;
    }
    state->bytes = run->limit;
    if (run->limit != OUTCOME_UNLIMITED &&
        __builtin_add_overflow(run->limit, own_data(run->program), &state->bytes))
        state->bytes = OUTCOME_UNLIMITED;
    run->outcome->unobserved = run->limit != OUTCOME_UNLIMITED;
    return state;
}

/* A limit that is there already and lower stays. */
static bool enter(void *context)
{
    const struct state *state = context;
    struct rlimit limit;
    if (state->bytes == OUTCOME_UNLIMITED)
        return true;
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > state->bytes)
        limit.rlim_max = (rlim_t)state->bytes;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_DATA, &limit) == 0;
}

const struct engine engine_rlimit = {
    .name = "rlimit",
    .promise = "the kernel refuses with ENOMEM, each process alone, and nobody is told",
    .available = available,
    .prepare = prepare,
    .enter = enter,
    .collect = free,
};
