/* SPDX-License-Identifier: MIT
 *
 * An address space as rows to be drawn, from the highest address down: mappings that belong
 * together are one row, and so is each gap; where there are too many, more is put together.
 */
#ifndef MEMRESTRICT_PICTURE_H
#define MEMRESTRICT_PICTURE_H

#include "space/faults.h"

enum picture_section {
    SECTION_STACK,
    SECTION_AREA, /* what mmap has placed */
    SECTION_HEAP,
    SECTION_PROGRAM,
    SECTION_NONE
};

struct picture_row {
    bool gap, pinned;   /* pinned: of interest, never put together with others */
    bool fault;         /* one names it */
    bool stacks;        /* of threads, with their guards, and nothing else */
    uint64_t low, high; /* mappings of a row may have small gaps between */
    size_t first, count;
    uint64_t mapped, resident;
    enum mapping_kind kind; /* MAPPING_KINDS: several ... */
    enum mapping_kind most; /* ... and the one that has the most of it in memory */
    enum picture_section section;
    bool begins, returns;          /* a section, which has been left before */
    char access[5];                /* "r-xp"; "": not all the same */
    bool is_new;                   /* nothing of it was mapped at the last look */
    int64_t grown, resident_grown; /* bytes, since the last look */
};

struct picture {
    const struct address_space *space;
    const struct fault_list *faults;
    struct space_sums sums;
    struct space_area area;
    struct picture_row *rows;
    size_t count;
    uint64_t stack_low; /* where the main stack ends now */
    bool folded;        /* more than what belongs together was put together */
    bool changes;       /* it was compared with an earlier look */
};

enum { PICTURE_ROWS = 44 };

/* At most `most` rows, as far as pinned ones allow; 0: a row for each mapping. Both stay the
 * caller's, and are looked at as long as the picture is. False: no memory. */
bool picture_make(struct picture *picture, const struct address_space *space,
                  const struct fault_list *faults, size_t most);
void picture_free(struct picture *picture);

/* Notes in each row what is not as it was. */
void picture_compare(struct picture *picture, const struct address_space *before);

/* A length from 0 to 1: the logarithm of the size, from a page to the whole address space. */
double picture_length(const struct picture *picture, uint64_t bytes);

/* What a row is, safe; the caller frees it. NULL: no memory. */
char *picture_words(const struct picture *picture, const struct picture_row *row);
/* "mappings: placed from 7f12 down": the section that a row begins. NULL: no memory; the caller
 * frees it. */
char *picture_section_words(const struct picture *picture, const struct picture_row *row);
/* What stands above a picture: lines, safe. NULL: no memory; the caller frees it. */
char *picture_caption(const struct picture *picture, const char *moment);

#endif
