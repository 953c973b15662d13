/* SPDX-License-Identifier: MIT
 *
 * Its first thread ends; the other makes the file "ready", waits for "go", maps 1 MiB, and ends the
 * process with 6, or with 7 if that was refused.
 */
#include "engine.h"

#include <pthread.h>
#include <sys/mman.h>

static void *goes_on(void *none)
{
    usleep(50000); /* the other ends meanwhile */
    say_ready();
    wait_for_go();
    exit(mmap(none, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                 MAP_FAILED
             ? 7
             : 6);
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, goes_on, NULL) != 0)
        return 1;
    pthread_exit(NULL);
}
