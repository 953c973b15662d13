/* SPDX-License-Identifier: MIT
 *
 * Takes so many MiB in one way, each page written, and prints how many it got: engine_takes WAY
 * MIB. What an engine does not count shows as more than the limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

static int write_all(char *block)
{
    if (block == MAP_FAILED)
        return 0;
    memset(block, 1, MIB);
    return 1;
}

static int by_mmap(void)
{
    return write_all(mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int by_shared(void)
{
    return write_all(mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

/* All at once over a reservation, which the kernel takes for memory that is given back. */
static int at_once(int most)
{
    size_t size = (size_t)most * MIB;
    char *room = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED || mmap(room, size, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != room)
        return 0;
    memset(room, 1, size);
    return most;
}

static int by_read_only(void)
{
    char *block = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return write_all(block) && mprotect(block, MIB, PROT_READ) == 0;
}

static int by_memfd(void)
{
    int fd = (int)syscall(SYS_memfd_create, "takes", 0);
    if (fd < 0 || ftruncate(fd, MIB) != 0)
        return 0;
    int got = write_all(mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    return got;
}

static int by_malloc(void)
{
    char *block = malloc(MIB - 64);
    if (block == NULL)
        return 0;
    memset(block, 1, MIB - 64);
    return 1;
}

static int take(int (*by)(void), int most)
{
    int got = 0;
    while (got < most && by())
        got++;
    return got;
}

/* Each of four has it at the same time. */
static int in_processes(int most)
{
    int ends[2], wait_here[2], got = 0, all = 0;
    char byte;
    if (pipe(ends) != 0 || pipe(wait_here) != 0)
        return -1;
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            close(wait_here[1]);
            got = take(by_mmap, most / 4);
            if (write(ends[1], &got, sizeof got) < 0)
                _exit(1);
            close(ends[1]);
            got = (int)read(wait_here[0], &byte, 1);
            _exit(0);
        }
    close(ends[1]);
    while (read(ends[0], &got, sizeof got) == (ssize_t)sizeof got)
        all += got;
    close(wait_here[1]);
    while (wait(NULL) > 0)
        ;
    return all;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*by)(void);
    } ways[] = {{"mmap", by_mmap},
                {"shared", by_shared},
                {"read-only", by_read_only},
                {"memfd", by_memfd},
                {"malloc", by_malloc}};
    int most = argc > 2 ? atoi(argv[2]) : 0;
    if (argc > 2 && strcmp(argv[1], "processes") == 0)
        printf("%d\n", in_processes(most));
    if (argc > 2 && strcmp(argv[1], "fixed") == 0)
        printf("%d\n", at_once(most));
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (argc > 2 && strcmp(argv[1], ways[i].name) == 0)
            printf("%d\n", take(ways[i].by, most));
    return 0;
}
