/* SPDX-License-Identifier: MIT
 *
 * Forks as fast as it can, children that fork in turn, each taking 64 KiB, until there is a file
 * named "over". Who was begun after the file "go" was made is to be traced: each that is not is a
 * line. At the end, how many of those there were is "some" or "none".
 */
#include "engine.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { AT_ONCE = 4, SIZE = 64 << 10 };
static atomic_int *later;

static int is_traced(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, "TracerPid:");
    return at != NULL && atoi(at + 10) != 0;
}

static void take(void)
{
    int had_gone = access("go", F_OK) == 0;
    char *block = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block != MAP_FAILED)
        memset(block, 1, SIZE);
    *later += had_gone;
    if (had_gone && !is_traced() && write(1, "escaped\n", 8) != 8)
        _exit(1);
}

/* And its child, and that one's. */
static void child(void)
{
    for (int left = 2;; left--) {
        take();
        pid_t made = left > 0 ? fork() : -1;
        if (made == 0)
            continue;
        if (made > 0)
            wait(NULL);
        _exit(0);
    }
}

int main(void)
{
    int running = 0;
    later = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; access("over", F_OK) != 0; i++) {
        if (i == 20)
            say_ready();
        pid_t pid = fork();
        if (pid == 0)
            child();
        running += pid > 0;
        if (running == AT_ONCE && wait(NULL) > 0)
            running--;
    }
    while (wait(NULL) > 0)
        ;
    puts(*later > 0 ? "some" : "none");
    return 0;
}
