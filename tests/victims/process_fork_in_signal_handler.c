/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t forks;

/* Not malloc: the signal may have come inside the C library's. */
static void fork_and_map(int signal)
{
    int saved = errno, status;
    (void)signal;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        _exit(pages == MAP_FAILED || munmap(pages, MIB) != 0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    forks++;
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = fork_and_map};
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    uint64_t before = used();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (forks < 500) {
        void *block = malloc(2 * MIB);
        void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(block != NULL && pages != MAP_FAILED && munmap(pages, MIB) == 0);
        free(block);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(used() == before);
    return 0;
}
