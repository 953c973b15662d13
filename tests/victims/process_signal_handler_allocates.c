/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

/* The main program is interrupted inside the library, never inside the C library's malloc: its own
 * requests are all refused, and the rest of what it does are mappings. */
static volatile sig_atomic_t rounds;
static char *held;

static void allocate(int signal)
{
    int saved = errno;
    (void)signal;
    char *block = calloc(1, 1000 + (size_t)rounds % 7 * 200000);
    CHECK(block != NULL);
    free(held);
    held = realloc(block, 500);
    CHECK(held != NULL);
    rounds++;
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = allocate};
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    uint64_t before = used(), refused = 0;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (; rounds < 10000; refused++) {
        CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
        char *pages = mmap(NULL, MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(pages != MAP_FAILED && munmap(pages, MIB) == 0);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(used() == before + 500 && refusals() == refused);
    return 0;
}
