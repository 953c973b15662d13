/* SPDX-License-Identifier: MIT
 *
 * For victims that map: short names for common calls, and the kernel's own count of private
 * writable memory beside the library's.
 */
#ifndef MAP_H
#define MAP_H

#include "victim.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static inline char *map_at(void *addr, size_t length, int prot, int flags)
{
    char *memory = mmap(addr, length, prot, flags, -1, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

static inline char *map_rw(size_t length) { return map_at(NULL, length, RW, ANON); }
static inline char *map_none(size_t length) { return map_at(NULL, length, PROT_NONE, ANON); }
static inline void unmap(void *addr, size_t length) { CHECK(munmap(addr, length) == 0); }

/* Can the kernel write to this byte? Asks without a signal. */
static inline bool writable(char *byte)
{
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    bool can = read(ends[0], byte, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return can;
}

/* A file of `length` zero bytes that is gone when it is closed. */
static inline int scratch_file(size_t length)
{
    char name[] = "/tmp/memrestrict.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0 && unlink(name) == 0 && ftruncate(fd, (off_t)length) == 0);
    return fd;
}

/* Bytes of private writable mappings, stacks left out, as the kernel counts them: VmData. */
static inline uint64_t vm_data(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    CHECK(length > 0 && close(fd) == 0);
    text[length] = '\0';
    const char *line = strstr(text, "\nVmData:");
    CHECK(line != NULL);
    return strtoull(line + 8, NULL, 10) * 1024;
}

/* Both counts at one time. Taken after the library has its own first pages. */
struct counts {
    uint64_t used, data;
};

static inline struct counts counts(void)
{
    char *memory = map_rw(1);
    CHECK(mprotect(memory, 1, PROT_NONE) == 0); /* it has a record from now on */
    unmap(memory, 1);
    return (struct counts){used(), vm_data()};
}

/* Both counts grew by so many bytes since (less than 0: shrank). */
static inline bool both_grew(struct counts since, int64_t bytes)
{
    uint64_t now = used() - since.used, kernel = vm_data() - since.data;
    if (now == (uint64_t)bytes && kernel == (uint64_t)bytes)
        return true;
    dprintf(2, "library %lld, kernel %lld, expected %lld\n", (long long)now, (long long)kernel,
            (long long)bytes);
    return false;
}

/* The library's count moved as the kernel's did. */
static inline bool agree(struct counts since)
{
    return both_grew(since, (int64_t)(vm_data() - since.data));
}

#endif
