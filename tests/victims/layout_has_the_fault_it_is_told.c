/* SPDX-License-Identifier: MIT
 *
 * Makes its address space faulty in the way that its first argument names, says "ready", and waits
 * for the end of its input. Status 77: it cannot be done on this machine.
 */
#include <alloca.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096, MIB = 1 << 20 };

static char *map(size_t size, int access)
{
    char *memory = mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int nothing(const char *word)
{
    (void)word;
    return 0;
}

static char data[2 * PAGE] __attribute__((aligned(PAGE))) = {1};
static char zeros[64 * PAGE];

static int writable_data(const char *word)
{
    (void)word;
    return mprotect(data, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) != 0;
}

static int generated_code(const char *word)
{
    (void)word;
    return map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == NULL;
}

static void *sleep_on(void *unused)
{
    pause();
    return unused;
}

static int thread(size_t guard)
{
    pthread_attr_t attributes;
    pthread_t id;
    pthread_attr_init(&attributes);
    pthread_attr_setguardsize(&attributes, guard);
    return pthread_create(&id, &attributes, sleep_on, NULL) != 0;
}

static int guarded_thread(const char *word)
{
    (void)word;
    return thread(PAGE);
}

static int unguarded_thread(const char *word)
{
    (void)word;
    return thread(0);
}

static int mappings(const char *word)
{
    for (int i = atoi(word); i > 0; i -= 2)
        if (map(PAGE, PROT_READ) == NULL || map(PAGE, PROT_NONE) == NULL)
            return 77;
    return 0;
}

/* So much in a hundred of what the machine allows. */
static int table_of_mappings(const char *word)
{
    char text[32] = "";
    int file = open("/proc/sys/vm/max_map_count", O_RDONLY);
    if (file < 0 || read(file, text, sizeof text - 1) < 1 || atoi(text) > 200000)
        return 77;
    close(file);
    snprintf(text, sizeof text, "%d", atoi(text) / 100 * atoi(word));
    return mappings(text);
}

/* Until there are no more. */
static int all_mappings(const char *word)
{
    (void)word;
    for (int i = 0; i < 40000 && map(PAGE, PROT_READ | PROT_WRITE) != NULL; i++)
        map(PAGE, PROT_NONE);
    return 1;
}

/* More than any machine has: promised, as the kernel may do. */
static int more_than_memory(const char *word)
{
    size_t most = sizeof(void *) == 8 ? (size_t)1 << 23 << 20 : 0;
    (void)word;
    return most == 0 || mmap(NULL, most, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED
               ? 77
               : 0;
}

/* In 32 bits: all addresses taken in pieces, and every second one given back. */
static int fragments(const char *word)
{
    enum { PIECES = 64, PIECE = 64 * MIB };
    static char *pieces[PIECES];
    (void)word;
    int count = 0;
    while (count < PIECES && (pieces[count] = map(PIECE, PROT_NONE)) != NULL)
        count++;
    for (int i = 0; i < count; i += 2)
        munmap(pieces[i], PIECE);
    while (map(4 * MIB, PROT_NONE) != NULL && count-- > 32)
        ;
    return sizeof(void *) == 4 ? 0 : 77;
}

/* In 32 bits: nearly all addresses taken. */
static int all_addresses(const char *word)
{
    (void)word;
    for (size_t size = 1024 * MIB; size >= MIB; size /= 2)
        for (int i = 0; i < 4 && map(size, PROT_NONE) != NULL; i++)
            ;
    return sizeof(void *) == 4 ? 0 : 77;
}

static int locked(const char *word)
{
    struct rlimit limit = {MIB, MIB};
    char *memory = map(MIB, PROT_READ | PROT_WRITE);
    (void)word;
    return memory == NULL || setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || mlock(memory, MIB) != 0;
}

static int limited_data(const char *word)
{
    struct rlimit limit = {66 * MIB, 66 * MIB};
    (void)word;
    return map(64 * MIB, PROT_READ | PROT_WRITE) == NULL || setrlimit(RLIMIT_DATA, &limit) != 0;
}

static int limited_addresses(const char *word)
{
    struct rlimit limit = {66 * MIB, 66 * MIB};
    (void)word;
    return map(61 * MIB, PROT_NONE) == NULL || setrlimit(RLIMIT_AS, &limit) != 0;
}

static int huge_pages(const char *word)
{
    char *memory = map(64 * MIB, PROT_READ | PROT_WRITE);
    (void)word;
    if (memory == NULL || madvise(memory, 64 * MIB, MADV_HUGEPAGE) != 0)
        return 77;
    for (size_t i = 0; i < 64 * MIB; i += 2 * MIB)
        memory[i] = 1;
    return 0;
}

static int deleted_library(const char *word)
{
    return dlopen(word, RTLD_NOW) == NULL || unlink(word) != 0;
}

static int deleted_file(const char *word)
{
    int file = open(word, O_RDWR | O_CREAT, 0600);
    if (file < 0 || write(file, word, 1) != 1)
        return 1;
    return mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED || unlink(word) != 0;
}

static int boxed_stack(const char *word)
{
    char *here = (char *)((unsigned long)&word & ~4095UL) - 2 * MIB;
    return mmap(here, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != here;
}

enum { GUARD_INSTALL = 102 }; /* madvise(2), Linux 6.13 */

/* A page some way below, which the stack has had already. */
static char *page_of_stack(void)
{
    char *here = alloca(MIB);
    memset(here, 1, MIB);
    return (char *)((unsigned long)here & ~4095UL) + MIB / 2;
}

static int limited_stack(const char *word)
{
    struct rlimit limit;
    (void)word;
    page_of_stack();
    if (getrlimit(RLIMIT_STACK, &limit) != 0)
        return 77;
    limit.rlim_cur = MIB + MIB / 16;
    return setrlimit(RLIMIT_STACK, &limit) != 0;
}

static int split_stack(const char *word)
{
    (void)word;
    return mprotect(page_of_stack(), PAGE, PROT_NONE);
}

/* Only the page map tells of them, and that only since Linux 6.15. */
static int guard_page(char *page)
{
    unsigned long entry = 0;
    int file = open("/proc/self/pagemap", O_RDONLY);
    if (madvise(page, PAGE, GUARD_INSTALL) != 0 ||
        pread(file, &entry, sizeof entry, (off_t)((unsigned long)page / PAGE * 8)) < 0 ||
        (entry >> 29 >> 29 & 1) == 0)
        return 77;
    return close(file);
}

static int guard_in_stack(const char *word)
{
    (void)word;
    return guard_page(page_of_stack());
}

static int guard_in_thread(const char *word)
{
    pthread_attr_t attributes;
    pthread_t id;
    char *stack = map(MIB, PROT_READ | PROT_WRITE);
    (void)word;
    if (guard_page(stack) != 0)
        return 77;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, MIB);
    return pthread_create(&id, &attributes, sleep_on, NULL) != 0;
}

static int boxed_heap(const char *word)
{
    char *above = (char *)(((unsigned long)sbrk(0) + 4095) & ~4095UL) + strtoul(word, NULL, 10);
    return mmap(above, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != above;
}

/* A file whose name would steer a terminal is mapped, so that it is seen. */
static int evil_name(const char *word)
{
    int file = open(word, O_RDWR | O_CREAT, 0600);
    return file < 0 || write(file, word, 1) != 1 ||
           mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED;
}

static const struct {
    const char *name;
    int (*make)(const char *);
} faults[] = {
    {"nothing", nothing},
    {"writable-data", writable_data},
    {"generated-code", generated_code},
    {"guarded-thread", guarded_thread},
    {"unguarded-thread", unguarded_thread},
    {"mappings", mappings},
    {"table-of-mappings", table_of_mappings},
    {"all-mappings", all_mappings},
    {"fragments", fragments},
    {"more-than-memory", more_than_memory},
    {"all-addresses", all_addresses},
    {"locked", locked},
    {"limited-data", limited_data},
    {"limited-addresses", limited_addresses},
    {"limited-stack", limited_stack},
    {"huge-pages", huge_pages},
    {"deleted-library", deleted_library},
    {"deleted-file", deleted_file},
    {"boxed-stack", boxed_stack},
    {"split-stack", split_stack},
    {"guard-in-stack", guard_in_stack},
    {"guard-in-thread", guard_in_thread},
    {"boxed-heap", boxed_heap},
    {"evil-name", evil_name},
};

int main(int argc, char **argv)
{
    char byte;
    int status = 2;
    *(volatile char *)&zeros[32 * PAGE] = 1;
    for (size_t i = 0; argc > 1 && i < sizeof faults / sizeof faults[0]; i++)
        if (strcmp(faults[i].name, argv[1]) == 0)
            status = faults[i].make(argc > 2 ? argv[2] : "");
    if (status != 0)
        return status;
    if (write(1, "ready\n", 6) < 0)
        return 1;
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
