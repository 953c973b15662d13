/* SPDX-License-Identifier: MIT */
#include "base/site_records.h"

#include "base/file_kind.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST ((size_t)256 << 20) /* bytes of a file */

struct site_records {
    uint64_t *words;
    size_t count, at;   /* of words, and how many of them were read */
    uint64_t processes; /* that are left */
    uint64_t sites;     /* that are left of the process */
    bool broken;
};

enum {
    HEAD = sizeof(struct site_records_head) / sizeof(uint64_t),
    PROCESS = sizeof(struct site_records_process) / sizeof(uint64_t),
    RECORD = sizeof(struct site_record) / sizeof(uint64_t)
};

static bool load(struct site_records *records, FILE *file)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || (uint64_t)status.st_size > MOST)
        return false;
    records->count = (size_t)status.st_size / sizeof *records->words;
    records->words = malloc((records->count + 1) * sizeof *records->words);
    if (records->words == NULL)
        return false;
    records->count = fread(records->words, sizeof *records->words, records->count, file);
    return true;
}

/* The next words; NULL: there are not so many. */
static const uint64_t *take(struct site_records *records, uint64_t count)
{
    if (records->broken || count > records->count - records->at) {
        records->broken = true;
        return NULL;
    }
    const uint64_t *words = records->words + records->at;
    records->at += (size_t)count;
    return words;
}

void site_records_rewind(struct site_records *records)
{
    records->at = 0;
    records->sites = records->processes = 0;
    records->broken = false;
    const uint64_t *head = take(records, HEAD);
    if (head != NULL && head[0] == SITE_RECORDS_MAGIC)
        records->processes = head[1];
    else
        records->broken = true;
}

void site_records_free(struct site_records *records)
{
    if (records != NULL)
        free(records->words);
    free(records);
}

bool site_records_process(struct site_records *records)
{
    if (records->processes == 0 || records->sites != 0)
        return false;
    const uint64_t *words = take(records, PROCESS);
    if (words == NULL)
        return false;
    records->processes--;
    records->sites = words[0];
    return true;
}

bool site_records_next(struct site_records *records, struct site_record *site,
                       const uint64_t **frames)
{
    const uint64_t *words = records->sites > 0 ? take(records, RECORD) : NULL;
    if (words == NULL)
        return false;
    memcpy(site, words, sizeof *site);
    *frames = take(records, site->frame_count);
    records->sites--;
    return *frames != NULL;
}

/* Is all as it should be, to the last word? */
static bool is_whole(struct site_records *records, uint64_t processes)
{
    struct site_record site;
    const uint64_t *frames;
    site_records_rewind(records);
    if (records->processes != processes)
        return false;
    while (site_records_process(records))
        while (site_records_next(records, &site, &frames))
            ;
    return !records->broken && records->processes == 0 && records->sites == 0 &&
           records->at == records->count;
}

struct site_records *site_records_read(const char *path, uint64_t processes)
{
    struct site_records *records = calloc(1, sizeof *records);
    FILE *file = records != NULL ? file_open_plain(path) : NULL;
    bool done = file != NULL && load(records, file) && is_whole(records, processes);
    if (file != NULL)
        fclose(file);
    if (done)
        return records;
    site_records_free(records);
    return NULL;
}

json_t *site_records_frames(const uint64_t *frames, uint64_t count)
{
    json_t *array = json_array();
    for (uint64_t i = 0; i < count && array != NULL; i++) {
        json_int_t object = (json_int_t)(frames[i] >> SITE_RECORDS_OFFSET) - 1;
        json_t *frame = json_pack("[I,I]", object, (json_int_t)(frames[i] & SITE_RECORDS_OFFSETS));
        if (json_array_append_new(array, frame) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}
