/* SPDX-License-Identifier: MIT */
#include "run/run_card.h"

#include "base/duration.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW };

struct shared {
    char engine[16], program[64];
    uint32_t attached;
    _Atomic uint32_t asked, answered; /* how often */
    _Atomic int32_t error;            /* of the last answer */
    _Atomic uint64_t limit, tree_limit, wanted;
};

struct run_card_own {
    int fd;
    struct shared *shared;
    uint32_t answered;
};

static struct shared *map(int fd)
{
    void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory != MAP_FAILED ? memory : NULL;
}

static void write_limits(struct shared *shared, const struct outcome *outcome)
{
    shared->limit = outcome->limit;
    shared->tree_limit = outcome->tree_limit;
}

struct run_card_own *run_card_show(const struct engine *engine, const struct outcome *outcome,
                                   bool attached)
{
    struct run_card_own *own = calloc(1, sizeof *own);
    int fd = own != NULL
                 ? fd_above(memfd_create("memrestrict-card", MFD_CLOEXEC | MFD_ALLOW_SEALING))
                 : -1;
    struct shared *shared = fd >= 0 && ftruncate(fd, sizeof *shared) == 0 ? map(fd) : NULL;
    if (shared == NULL) {
        if (fd >= 0)
            close(fd);
        free(own);
        return NULL;
    }
    snprintf(shared->engine, sizeof shared->engine, "%s", engine->name);
    snprintf(shared->program, sizeof shared->program, "%s", outcome->name);
    shared->attached = attached;
    write_limits(shared, outcome);
    *own = (struct run_card_own){.fd = fd, .shared = shared};
    fcntl(fd, F_ADD_SEALS, SEALS); /* only now is it a card */
    return own;
}

bool run_card_asks(const struct run_card_own *own, uint64_t *limit)
{
    if (own == NULL || own->shared->asked == own->answered)
        return false;
    *limit = own->shared->wanted;
    return true;
}

void run_card_answer(struct run_card_own *own, const struct outcome *outcome, int error)
{
    write_limits(own->shared, outcome);
    own->shared->error = error;
    own->shared->answered = own->answered = own->shared->asked;
}

void run_card_hide(struct run_card_own *own)
{
    if (own == NULL)
        return;
    munmap(own->shared, sizeof *own->shared);
    close(own->fd);
    free(own);
}

static bool is_card(int fd)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &status) == 0 &&
           status.st_size == (off_t)sizeof(struct shared);
}

bool run_card_read(int fd, struct run_card *card)
{
    struct shared *shared = is_card(fd) ? map(fd) : NULL;
    *card = (struct run_card){.engine = NULL};
    if (shared == NULL)
        return false;
    for (enum engine_kind kind = ENGINE_PTRACE; kind <= ENGINE_CGROUP; kind++)
        if (strncmp(engine_of(kind)->name, shared->engine, sizeof shared->engine) == 0)
            card->engine = engine_of(kind);
    card->limit = shared->limit;
    card->tree_limit = shared->tree_limit;
    card->attached = shared->attached != 0;
    snprintf(card->program, sizeof card->program, "%.*s", (int)sizeof shared->program,
             shared->program);
    munmap(shared, sizeof *shared);
    return card->engine != NULL;
}

int run_card_ask(int fd, uint64_t limit)
{
    const struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};
    const uint64_t most = UINT64_C(5000000000);
    uint64_t began = duration_now();
    struct shared *shared = is_card(fd) ? map(fd) : NULL;
    if (shared == NULL)
        return EIO;
    shared->wanted = limit;
    uint32_t number = ++shared->asked;
    int error = ETIMEDOUT;
    while (error == ETIMEDOUT && duration_now() - began < most) {
        if ((int32_t)(shared->answered - number) >= 0)
            error = shared->error;
        else
            nanosleep(&moment, NULL);
    }
    munmap(shared, sizeof *shared);
    return error;
}
