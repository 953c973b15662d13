/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linked with -rdynamic: the loader finds these before any preloaded library's. Nothing is freed.
 */
static char arena[64 * 1024 * 1024] __attribute__((aligned(16)));
static size_t taken;

void *malloc(size_t size)
{
    size_t whole = (size + 31) & ~(size_t)15; /* room for the size below the block */
    if (size > sizeof arena || taken + whole > sizeof arena)
        return NULL;
    char *block = arena + taken + 16;
    taken += whole;
    memcpy(block - 16, &size, sizeof size);
    return block;
}

void free(void *block) { (void)block; }

void *calloc(size_t count, size_t size) { return malloc(count * size); }

void *realloc(void *block, size_t size)
{
    char *moved = malloc(size);
    if (moved != NULL && block != NULL)
        memcpy(moved, block, *(size_t *)((char *)block - 16));
    return moved;
}

static bool is_own(const void *block)
{
    return (const char *)block >= arena && (const char *)block < arena + sizeof arena;
}

/* What only the library has of the family leads to the program's own. */
static void use_the_rest_of_the_family(void)
{
    void (*sized)(void *, size_t) = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
    void (*compatible)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "cfree");
    char *block = memset(malloc(1000), 'x', 1000);
    block = reallocarray(block, 3, 1000);
    CHECK(is_own(block) && block[999] == 'x');
    CHECK(is_own(reallocarray(NULL, 10, 10)));
    sized(block, 3000);
    compatible(malloc(10));
}

static void end_in_a_child(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, NULL, 0) == child);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        end_in_a_child();
    use_the_rest_of_the_family();
    CHECK(malloc(32 * MIB) != NULL); /* past the limit */
    CHECK(mmap(NULL, 32 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK(errno == ENOMEM && refusals() == 1);
    void *pages = mmap(NULL, MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && munmap(pages, MIB) == 0);
    return 0;
}
