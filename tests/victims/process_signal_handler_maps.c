/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

static volatile sig_atomic_t rounds;

/* Splits, joins, grows and commits, so that records are made and dropped. */
static void map_and_unmap(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    CHECK(mprotect(pages + page, 2 * page, PROT_READ | PROT_WRITE) == 0);
    CHECK(munmap(pages + page, page) == 0);
    CHECK(mremap(pages + 3 * page, page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, pages) == pages);
    CHECK(munmap(pages, 4 * page) == 0);
}

static void handle(int signal)
{
    int saved = errno;
    (void)signal;
    map_and_unmap();
    CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    rounds++;
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    uint64_t before = used();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (rounds < 10000)
        map_and_unmap();
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(used() == before && refusals() == (uint64_t)rounds);
    return 0;
}
