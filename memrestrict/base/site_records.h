/* SPDX-License-Identifier: MIT
 *
 * The call sites of a run for `memrestrict sweep`, which compares thousands of runs: what
 * --site-list says of them as JSON, here as numbers, of which nothing is made that is not asked
 * for. The file lies where the program may have put another: whoever reads it believes no number.
 *
 * The file: a struct site_records_head, then for each process of the list a struct
 * site_records_process and its sites: a struct site_record each, and its frames: in the highest 16
 * bits the object's number in the list, from 1 on, or 0 for none, and below that the offset.
 */
#ifndef MEMRESTRICT_SITE_RECORDS_H
#define MEMRESTRICT_SITE_RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define SITE_RECORDS_MAGIC UINT64_C(0x6d72736974657301)
enum { SITE_RECORDS_OFFSET = 48 }; /* bits */
#define SITE_RECORDS_OFFSETS ((UINT64_C(1) << SITE_RECORDS_OFFSET) - 1)

struct site_records_head {
    uint64_t magic, processes;
};

struct site_records_process {
    uint64_t sites;
};

struct site_record {
    uint64_t name, calls, end_bytes, end_blocks;
    uint64_t lost_bytes, lost_blocks; /* these and those below are 0 where nobody looked */
    uint64_t leads_to_bytes, leads_to_blocks;
    uint64_t indirect_blocks, possible_blocks;
    uint64_t frame_count; /* that follow */
};

/* A file that was read. */
struct site_records;

/* Of so many processes. NULL: there is no such file, it is none of these, broken anywhere, or too
 * large, or there is no memory. */
struct site_records *site_records_read(const char *path, uint64_t processes);
void site_records_free(struct site_records *records);

/* From the first process on again. */
void site_records_rewind(struct site_records *records);
/* Goes on to the next process, after all sites of the one before. False: there is none. */
bool site_records_process(struct site_records *records);
/* Its next site, whose frames stay there until site_records_free. False: there is none. */
bool site_records_next(struct site_records *records, struct site_record *site,
                       const uint64_t **frames);

/* Frames as --site-list writes them. NULL: no memory. */
json_t *site_records_frames(const uint64_t *frames, uint64_t count);

#endif
