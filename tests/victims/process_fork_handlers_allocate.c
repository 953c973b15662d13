/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

static int calls;

static void allocate_and_map(void)
{
    uint64_t before = used();
    void *block = malloc(1000);
    void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != NULL && pages != MAP_FAILED);
    CHECK(used() == before + 1000 + MIB);
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(munmap(pages, MIB) == 0);
    free(block);
    CHECK(used() == before);
    calls++;
}

static void register_handlers(void)
{
    CHECK(pthread_atfork(allocate_and_map, allocate_and_map, allocate_and_map) == 0);
}

/* Before every library's constructor, so before the library's own handlers as well. */
__attribute__((section(".preinit_array"), used)) static void (*earliest)(void) = register_handlers;

int main(void)
{
    int status;
    register_handlers();
    pid_t child = fork();
    CHECK(child >= 0 && calls == 4);
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    return 0;
}
