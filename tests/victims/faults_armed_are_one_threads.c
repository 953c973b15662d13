/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

static void *work(void *unused)
{
    for (int i = 0; i < 100; i++)
        free(malloc(10));
    void *block = malloc(10);
    CHECK(block != NULL);
    free(block);
    return unused;
}

int main(void)
{
    int status;
    pthread_t thread;
    void *block = malloc(10);
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0 && pthread_join(thread, NULL) == 0);
    errno = 7;
    CHECK(memrestrict_fault_arm("nth=2..3;call=calloc,nth=1") && errno == 7);
    free(malloc(10));
    errno = 0;
    CHECK(malloc(10) == NULL && errno == ENOMEM && realloc(block, 1000) == NULL);
    CHECK(calloc(1, 10) == NULL && (block = realloc(block, 1000)) != NULL);
    free(calloc(1, 10));
    CHECK(memrestrict_fault_arm("call=pthread_create,nth=2"));
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(memrestrict_fault_arm("call=mmap,nth=1"));
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          MAP_FAILED);
    CHECK(memrestrict_fault_arm("nth=2") && malloc(1) != NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(malloc(1) == NULL && malloc(1) != NULL ? 0 : 1);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(malloc(1) == NULL && malloc(1) != NULL);
    CHECK(memrestrict_fault_arm("every=1") && malloc(1) == NULL);
    CHECK(!memrestrict_fault_arm("nonsense") && errno == EINVAL && malloc(1) == NULL);
    CHECK(!memrestrict_fault_arm("nth=1,arm=main") && errno == EINVAL);
    memrestrict_fault_disarm();
    memrestrict_fault_disarm();
    CHECK(malloc(1) != NULL && refusals() == 0);
    return 0;
}
