/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef SYS_mmap2
enum { MAP = SYS_mmap2, OFFSET_4096 = 1 };
#else
enum { MAP = SYS_mmap, OFFSET_4096 = 4096 };
#endif

/* syscall(2) with the numbers of calls that map memory, and with others. */
static void map_and_unmap(uint64_t before)
{
    char *pages = (char *)syscall(MAP, NULL, 4 * MIB, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && used() == before + 4 * MIB);
    pages[0] = 1;
    CHECK(syscall(SYS_mprotect, pages, MIB, PROT_READ) == 0 && used() == before + 3 * MIB);
    CHECK(syscall(SYS_mprotect, pages, MIB, PROT_READ | PROT_WRITE) == 0);
    char *moved = (char *)syscall(SYS_mremap, pages, 4 * MIB, 6 * MIB, MREMAP_MAYMOVE, NULL);
    CHECK(moved != MAP_FAILED && moved[0] == 1 && used() == before + 6 * MIB);
    errno = 0;
    CHECK(syscall(MAP, NULL, 64 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1);
    CHECK(errno == ENOMEM && refusals() == 1);
    CHECK(syscall(SYS_munmap, moved, 6 * MIB) == 0 && used() == before);
}

/* Of 32 bits: its arguments are in memory. */
static void map_by_the_older_number(uint64_t before)
{
#ifdef SYS_mmap2
    unsigned long of[] = {0, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (unsigned)-1,
                          0};
    char *pages = (char *)syscall(SYS_mmap, of);
    CHECK(pages != MAP_FAILED && used() == before + MIB);
    CHECK(syscall(SYS_munmap, pages, MIB) == 0 && used() == before);
    of[5] = 1;
    CHECK(syscall(SYS_mmap, of) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_mmap, 16) == -1 && errno == EFAULT && used() == before);
#else
    (void)before;
#endif
}

/* The kernel's brk returns where the break is, and sets no errno. */
static void move_the_break(uint64_t before)
{
    long start = syscall(SYS_brk, 0);
    errno = 4242;
    CHECK(syscall(SYS_brk, start + (long)MIB) == start + (long)MIB && used() == before + MIB);
    CHECK(syscall(SYS_brk, start + (long)(64 * MIB)) == start + (long)MIB);
    CHECK(refusals() == 2 && errno == 4242);
    CHECK(syscall(SYS_brk, start) == start && used() == before);
}

static void others_are_as_they_were(void)
{
    char text[8] = "";
    errno = 4242;
    CHECK(syscall(SYS_getpid) == getpid() && errno == 4242);
    CHECK(syscall(-1) == -1 && errno == ENOSYS);
    CHECK(syscall(SYS_close, -1) == -1 && errno == EBADF);
    int ends[2];
    CHECK(syscall(SYS_pipe2, ends, O_CLOEXEC) == 0);
    CHECK(write(ends[1], "abc", 3) == 3 && syscall(SYS_read, ends[0], text, 8) == 3);
    /* six arguments: the last is an offset */
    int fd = open("/proc/self/exe", O_RDONLY);
    CHECK(syscall(SYS_copy_file_range, -1, NULL, -1, NULL, 1, 0) == -1 && errno == EBADF);
    char *page = (char *)syscall(MAP, NULL, 4096, PROT_READ, MAP_PRIVATE, fd, OFFSET_4096);
    char read_there[16];
    CHECK(page != MAP_FAILED && pread(fd, read_there, 16, 4096) == 16);
    CHECK(memcmp(page, read_there, 16) == 0);
    /* returns twice */
    int status;
#ifdef SYS_fork
    pid_t child = (pid_t)syscall(SYS_fork);
#else
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
    if (child == 0)
        syscall(SYS_exit_group, 7);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(void)
{
#if !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
    return 77; /* the library has the jump for no other machine yet */
#endif
    map_and_unmap(used());
    map_by_the_older_number(used());
    move_the_break(used());
    others_are_as_they_were();
    return 0;
}
