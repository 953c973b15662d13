/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

static atomic_bool over;

static void *do_nothing(void *unused) { return unused; }

static void run_thread(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void *run_threads(void *unused)
{
    while (!over)
        run_thread();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    int status;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, run_threads, NULL) == 0);
    for (int forks = argc > 1 ? atoi(argv[1]) : 1000; forks > 0; forks--) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            run_thread();
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    over = true;
    CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
    return 0;
}
