/* SPDX-License-Identifier: MIT */
#include "run/run_card.h"

#include "base/fd.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 256, SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

void run_card_show(const struct engine *engine, const struct outcome *outcome)
{
    char text[ROOM];
    int fd = fd_above(memfd_create("memrestrict-card", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    int length = snprintf(text, sizeof text, "%s %" PRIu64 " %" PRIu64 " %.63s", engine->name,
                          outcome->limit, outcome->tree_limit, outcome->name);
    if (fd >= 0 && write(fd, text, (size_t)length) == length)
        fcntl(fd, F_ADD_SEALS, SEALS);
}

bool run_card_read(int fd, struct run_card *card)
{
    char text[ROOM], name[16];
    int at = 0, seals = fcntl(fd, F_GET_SEALS);
    ssize_t length = seals >= 0 && (seals & SEALS) == SEALS ? pread(fd, text, ROOM - 1, 0) : -1;
    *card = (struct run_card){.engine = NULL};
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%15s %" SCNu64 " %" SCNu64 " %n", name, &card->limit, &card->tree_limit,
               &at) != 3)
        return false;
    for (enum engine_kind kind = ENGINE_PTRACE; kind <= ENGINE_CGROUP; kind++)
        if (strcmp(engine_of(kind)->name, name) == 0)
            card->engine = engine_of(kind);
    snprintf(card->program, sizeof card->program, "%s", text + at);
    return card->engine != NULL;
}
