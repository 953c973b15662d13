/* SPDX-License-Identifier: MIT
 *
 * The memory for exploring that a run shares with its processes (common/explore_area.h), of which
 * this alone knows. They may write anything there: records are handed out as copies, checked. What
 * the command needs itself, the folder say, it never reads back from there.
 */
#ifndef MEMRESTRICT_EXPLORE_MEMORY_H
#define MEMRESTRICT_EXPLORE_MEMORY_H

#include "common/explore_mode.h"

#include <stdbool.h>
#include <stdint.h>

struct explore_memory;

/* NULL with errno. */
struct explore_memory *explore_memory_open(void);
void explore_memory_close(struct explore_memory *memory); /* NULL is ignored */
int explore_memory_fd(const struct explore_memory *memory);

/* An absolute path. False: too long. */
bool explore_memory_set_folder(struct explore_memory *memory, const char *folder);
/* `deep`: copies explore what the program itself does not come by. */
void explore_memory_set(struct explore_memory *memory, unsigned modes, bool deep,
                        uint64_t time_limit);
/* A site that the program itself is to come by. Without room, it is explored. */
void explore_memory_expect(struct explore_memory *memory, uint64_t site);

enum explore_end { EXPLORE_NONE, EXPLORE_NOT_MADE, EXPLORE_UNENDED, EXPLORE_DONE };

/* What one copy says, or what the process says that made it. */
struct explore_copy {
    enum explore_end end;
    uint32_t mode;    /* enum explore_mode, if it is one */
    const char *call; /* static */
    uint32_t parent, depth;
    int pid, of_pid, status;
    bool timed_out;
    uint64_t site;
    int64_t size, time, out_offset, err_offset;
};

/* How many records there may be, and each of them, from 0 on. */
uint32_t explore_memory_count(const struct explore_memory *memory);
struct explore_copy explore_memory_copy(const struct explore_memory *memory, uint32_t index);
bool explore_memory_is_full(const struct explore_memory *memory);
/* Sites that were passed over, since there were several threads. */
uint64_t explore_memory_in_threads(const struct explore_memory *memory);

#endif
