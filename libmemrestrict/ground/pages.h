/* SPDX-License-Identifier: MIT
 *
 * The library's own memory: small records cut from private pages, never from malloc. A pool belongs
 * to one module and is guarded by that module's lock. Nothing goes back to the kernel but blocks of
 * a page and more; small ones are kept for the next record of their size.
 */
#ifndef MEMRESTRICT_PAGES_H
#define MEMRESTRICT_PAGES_H

#include <stddef.h>
#include <stdint.h>

enum { PAGES_CLASSES = 9 }; /* 16, 32, ... 4096 bytes */

struct pages_pool {
    char *next, *end;           /* the rest of the newest run of pages */
    void *spare[PAGES_CLASSES]; /* released records, linked through their first word */
};

/* The kernel's page size, a power of two. */
size_t pages_size(void);
/* `bytes` rounded up to whole pages; 0 if that is past SIZE_MAX. */
size_t pages_round(size_t bytes);

/* `bytes` of memory aligned to 16, its content undefined; NULL if the kernel has none. */
void *pages_alloc(struct pages_pool *pool, size_t bytes);
/* Gives it back; `bytes` as it was asked for. NULL is ignored. */
void pages_free(struct pages_pool *pool, void *memory, size_t bytes);

/* Of huge pages where the kernel has them, zeroed, for memory that will be used from end to end;
 * never given back. `room` is guarded by the caller's lock. */
struct pages_huge {
    char *next, *end;
};
void *pages_alloc_huge(struct pages_huge *room, size_t bytes);

/* Bytes that all pools, and everybody who says so by pages_note, hold mapped. */
uint64_t pages_held(void);
void pages_note(size_t bytes);

#endif
