/* SPDX-License-Identifier: MIT */
#include "records/sites_map.h"

#include "common/kernel.h"

#include <stdatomic.h>
#include <string.h>

enum { FIRST = offsetof(struct sites_area, modules), FIRST_PIECES = FIRST / SITES_PIECE };

static char *piece_of(const struct sites_map *map, uint32_t number)
{
    return atomic_load(&map->pieces[number]);
}

/* From the last piece before it that is mapped, of which what comes before is given back: a program
 * that has dropped its rights cannot open the file any more. */
static char *map_beside(const struct sites_map *map, uint32_t number)
{
    uint32_t near = number;
    while (near > 0 && piece_of(map, near) == NULL)
        near--;
    size_t before = (size_t)(number - near) * SITES_PIECE;
    char *pages = piece_of(map, near) != NULL
                      ? kernel_map_again(piece_of(map, near), before + SITES_PIECE, NULL)
                      : NULL;
    if (pages == NULL)
        return NULL;
    kernel_pages_free(pages, before);
    return pages + before;
}

static char *map_by_path(const struct sites_map *map, uint32_t number)
{
    int error;
    int64_t offset = map->offset + (int64_t)number * SITES_PIECE;
    return kernel_map_shared(map->path, offset, SITES_PIECE, SITES_FILE, &error);
}

/* Far away is the file's path tried first: on the way there lie many pieces. */
static char *map_piece(const struct sites_map *map, uint32_t number)
{
    bool near = number > 0 && piece_of(map, number - 1) != NULL;
    char *piece = near ? map_beside(map, number) : map_by_path(map, number);
    if (piece == NULL)
        piece = near ? map_by_path(map, number) : map_beside(map, number);
    return piece;
}

bool sites_map_has(struct sites_map *map, uint64_t offset)
{
    uint32_t number = (uint32_t)(offset / SITES_PIECE);
    char *nothing = NULL;
    if (piece_of(map, number) != NULL)
        return true;
    char *piece = map_piece(map, number);
    if (piece == NULL)
        return false;
    if (!atomic_compare_exchange_strong(&map->pieces[number], &nothing, piece))
        kernel_pages_free(piece, SITES_PIECE); /* by another thread meanwhile */
    return true;
}

bool sites_map_has_site(struct sites_map *map, uint32_t number)
{
    uint64_t amount = number * sizeof(struct site_amount);
    return sites_map_has(map, offsetof(struct sites_area, sites) + number * sizeof(struct site)) &&
           sites_map_has(map, offsetof(struct sites_area, at_peak[0]) + amount) &&
           sites_map_has(map, offsetof(struct sites_area, at_peak[1]) + amount) &&
           sites_map_has(map, offsetof(struct sites_area, at_refusal) + amount);
}

bool sites_map_has_frame(struct sites_map *map, uint32_t number)
{
    return sites_map_has(map, offsetof(struct sites_area, frames) + number * sizeof(uint64_t));
}

bool sites_map_has_module(struct sites_map *map, uint32_t number)
{
    return sites_map_has(map, offsetof(struct sites_area, modules) +
                                  number * sizeof(struct sites_module));
}

bool sites_map_open(struct sites_map *map, const char *path, unsigned slot)
{
    int error;
    size_t length = strlen(path);
    if (length >= SITES_MAP_PATH)
        return false;
    memset(map, 0, sizeof *map);
    memcpy(map->path, path, length + 1);
    map->offset = (int64_t)(SITES_AREA * (slot + (uint64_t)1));
    char *first = kernel_map_shared(path, map->offset, FIRST, SITES_FILE, &error);
    map->area = (struct sites_area *)(void *)first;
    if (first == NULL)
        return false;
    for (uint32_t i = 0; i < FIRST_PIECES; i++)
        atomic_store(&map->pieces[i], first + (size_t)i * SITES_PIECE);
    if (sites_map_has_site(map, 0) && sites_map_has_frame(map, 0) && sites_map_has_module(map, 0))
        return true;
    sites_map_close(map);
    return false;
}

void sites_map_close(struct sites_map *map)
{
    for (uint32_t i = FIRST_PIECES; i < SITES_PIECES; i++)
        if (piece_of(map, i) != NULL)
            kernel_pages_free(piece_of(map, i), SITES_PIECE);
    kernel_pages_free(map->area, FIRST);
    memset(map, 0, sizeof *map);
}
