/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* clone without CLONE_VM copies the process and runs no fork handlers, so a lock may be copied
 * while another thread has it. Such a child may not use malloc, but system calls it may make. */
static atomic_bool over;

static void map_and_unmap(void)
{
    void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && munmap(pages, MIB) == 0);
}

static void *churn(void *unused)
{
    while (!over)
        map_and_unmap();
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    int status;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, churn, NULL) == 0);
    for (int i = 0; i < 3000; i++) {
        pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        CHECK(child >= 0);
        if (child == 0) {
            map_and_unmap();
            syscall(SYS_exit_group, 0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    over = true;
    CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
    return 0;
}
