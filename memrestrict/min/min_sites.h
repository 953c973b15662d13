/* SPDX-License-Identifier: MIT
 *
 * What used the memory: the largest call sites at the peak of the process that held the most, from
 * what --site-list wrote, in words.
 */
#ifndef MEMRESTRICT_MIN_SITES_H
#define MEMRESTRICT_MIN_SITES_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

enum { MIN_SITES = 5 };

struct min_site {
    uint64_t bytes, blocks;
    char *words; /* "fill (cache.c:41) < main (prog.c:9)" */
};

struct min_sites {
    char *program;          /* NULL: nothing is known */
    uint64_t bytes, blocks; /* of all sites */
    size_t count, more;     /* in the list; and beside it */
    struct min_site list[MIN_SITES];
};

/* `json` may be NULL: then there is nothing. */
void min_sites_read(struct min_sites *sites, const json_t *json);
void min_sites_free(struct min_sites *sites);

/* As a table; nothing at all if there is nothing. */
void min_sites_print(FILE *file, const struct min_sites *sites);
/* As an array. NULL: no memory. */
json_t *min_sites_json(const struct min_sites *sites);

#endif
