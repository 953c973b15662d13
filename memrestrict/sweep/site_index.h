/* SPDX-License-Identifier: MIT
 *
 * The call sites of a run, read from what --site-list or --site-records wrote, by their names: how
 * often each was met, and what it still had at the end. Sites of several processes that have the
 * same name are one.
 */
#ifndef MEMRESTRICT_SITE_INDEX_H
#define MEMRESTRICT_SITE_INDEX_H

#include "base/hash.h"
#include "base/site_records.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { SITE_NAME = 17 }; /* 16 hexadecimal digits */

struct indexed_site {
    char name[SITE_NAME];
    uint64_t calls; /* blocks that it ever had */
    uint64_t end_bytes, end_blocks;
    uint64_t lost_bytes, lost_blocks; /* 0 where nobody looked for that */
    uint64_t leads_to_bytes, leads_to_blocks;
    uint64_t indirect_blocks, possible_blocks;
    const json_t *objects, *frames; /* of a process that had it; the index's */
    UT_hash_handle hh;              /* in the order in which they were met */
};

struct site_index {
    json_t *json;
    json_t *frames; /* of sites from records: arrays; else NULL */
    struct indexed_site *sites;
    uint64_t end_bytes; /* of all sites with a name */
};

/* Of all processes; or of those that `pid` became, if it is not 0. `json` is held on to. False: it
 * is not such a list, or there is no memory. */
bool site_index_read(struct site_index *index, json_t *json, int pid);
/* The same of all processes where the sites stand in `records`, or in the list if that is NULL.
 * What `known` has already is shared with that, which then stays longer; NULL: nothing is. */
bool site_index_take(struct site_index *index, json_t *json, struct site_records *records,
                     const struct site_index *known);
void site_index_free(struct site_index *index);

/* NULL: there is none of that name. */
const struct indexed_site *site_index_find(const struct site_index *index, const char *name);

/* What is the same of two sites whose innermost frames are: as a name has it. */
void site_index_innermost(const struct indexed_site *site, char name[SITE_NAME]);

/* The process with a "crash" by this signal that the list tells of; NULL: of none. `pid` as above.
 */
const json_t *site_index_crashed(const struct site_index *index, int pid, int signal);

#endif
