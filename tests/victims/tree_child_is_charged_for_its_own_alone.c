/* SPDX-License-Identifier: MIT
 *
 * Under a limit of 4 MiB for the tree, and no other: what a forked child inherits is paid for by
 * its parent, however it is given back, resized, moved or made writable.
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/wait.h>

enum { BLOCKS = 1024, PAGES = 256, PAGE = 4096 };

static void *blocks[BLOCKS];
static char *region, *reserved;

static void *map(int prot)
{
    return mmap(NULL, PAGES * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The blocks of 1 KiB that can be had, which are given back. */
static int room(void)
{
    static void *had[8 * KIB];
    int count = 0;
    while (count < (int)(8 * KIB) && (had[count] = malloc(KIB)) != NULL)
        count++;
    for (int i = 0; i < count; i++)
        free(had[i]);
    return count;
}

static void release_what_was_inherited(int before)
{
    for (int i = 0; i < BLOCKS / 2; i++)
        free(blocks[i]);
    CHECK(munmap(region, PAGES / 2 * PAGE) == 0);
    CHECK(mprotect(region + PAGES / 2 * PAGE, PAGES / 4 * PAGE, PROT_NONE) == 0);
    CHECK(room() == before);
}

static void make_ones_own(int before)
{
    char *own = map(PROT_READ | PROT_WRITE);
    CHECK(own != MAP_FAILED && room() == before - PAGES * PAGE / (int)KIB);
    CHECK(munmap(own, PAGES * PAGE) == 0 && room() == before);
    CHECK(mprotect(reserved, 16 * PAGE, PROT_READ | PROT_WRITE) == 0);
    CHECK(room() == before - 16 * PAGE / (int)KIB);
    CHECK(munmap(reserved, 16 * PAGE) == 0 && room() == before);
}

static void resize_what_was_inherited(int before)
{
    blocks[BLOCKS - 1] = realloc(blocks[BLOCKS - 1], 32 * KIB);
    CHECK(blocks[BLOCKS - 1] != NULL && room() == before - 32);
    CHECK(realloc(blocks[BLOCKS - 2], 64 * MIB) == NULL);
    CHECK(room() == before - 32);
    free(blocks[BLOCKS - 2]);
    free(blocks[BLOCKS - 1]);
    CHECK(room() == before);
}

static void child(int before)
{
    uint64_t inherited = used();
    CHECK(inherited >= BLOCKS * KIB + PAGES * PAGE);
    CHECK(room() == before);
    release_what_was_inherited(before);
    CHECK(used() == inherited - BLOCKS / 2 * KIB - PAGES * 3 / 4 * PAGE);
    make_ones_own(before);
    resize_what_was_inherited(before);
    pid_t grandchild = fork();
    if (grandchild == 0) {
        for (int i = BLOCKS / 2; i < BLOCKS - 2; i++)
            free(blocks[i]);
        CHECK(room() == before);
        _exit(0);
    }
    int status;
    CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
    CHECK(room() == before);
}

int main(void)
{
    int status, before;
    for (int i = 0; i < BLOCKS; i++)
        CHECK((blocks[i] = malloc(KIB)) != NULL);
    region = map(PROT_READ | PROT_WRITE);
    reserved = map(PROT_NONE);
    CHECK(region != MAP_FAILED && reserved != MAP_FAILED);
    before = room();
    CHECK(before > 1900 && before <= 2048);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        child(before);
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    CHECK(room() == before);
    return 0;
}
