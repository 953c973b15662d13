/* SPDX-License-Identifier: MIT
 *
 * First changes its memory in a way that few programs do, then takes private memory page by page
 * until it is refused: engine_fills_otherwise WAY LIMIT. Prints "full" if what it has then is the
 * limit to the page, by the kernel's own count (VmData, and shared anonymous memory, which is not
 * in there); else both figures. 77: there is no such way here.
 */
#include "engine.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SHM_REMAP
#define SHM_REMAP 040000
#endif
enum { PAGE = 4096, SOME = 64 * PAGE, MUCH = 16 << 20, NO_SUCH_WAY = 77 };
static long shared;

static char *map(size_t size, int flags)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
}

static int by_mmap(void) { return map(PAGE, MAP_PRIVATE) != MAP_FAILED; }

static char *attach(size_t size, char *place, int flags)
{
    int segment = shmget(IPC_PRIVATE, size, 0600);
    if (segment < 0)
        exit(NO_SUCH_WAY);
    char *at = shmat(segment, place, flags);
    shmctl(segment, IPC_RMID, NULL);
    if (at == (char *)-1)
        exit(1);
    at[0] = at[size - 1] = 1;
    return at;
}

/* More than there is room for: it is not charged. */
static void attaches(void) { attach(MUCH, NULL, 0); }

/* In the place of charged memory, which is free again. */
static void attaches_over(void)
{
    char *at = map(3 * SOME, MAP_PRIVATE);
    attach(SOME, at + SOME, SHM_REMAP);
}

static void turns_pages(void)
{
    char *at = map(SOME, MAP_SHARED);
    shared = SOME;
    at[3 * PAGE] = 'x';
    if (syscall(SYS_remap_file_pages, at, PAGE, 0, 3, 0) != 0 || at[0] != 'x')
        exit(errno == ENOSYS ? NO_SUCH_WAY : 1);
}

/* What the kernel knows of the process, as it is, but for the break, which is moved back to where
 * it was: the pages behind it, given back in between, are there once more when it goes up again. */
static void moves_break_back(void)
{
    unsigned long at[60] = {0};
    FILE *file = fopen("/proc/self/stat", "r");
    char line[2048] = "",
         *word = file != NULL && fgets(line, sizeof line, file) != NULL ? line : "";
    word = strrchr(word, ')');
    for (int i = 3; word != NULL && i < 60 && (word = strchr(word, ' ')) != NULL; i++)
        at[i] = strtoul(++word, NULL, 10);
    unsigned long low = (unsigned long)syscall(SYS_brk, 0);
    if ((unsigned long)syscall(SYS_brk, low + SOME) != low + SOME)
        exit(1);
    munmap((void *)low, SOME);
    struct prctl_mm_map map = {at[26], at[27], at[45], at[46], at[47], low, at[28],
                               at[48], at[49], at[50], at[51], NULL,   0,   -1u};
    prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
    syscall(SYS_brk, low + SOME);
}

static int (*take)(void) = by_mmap;

#ifdef __x86_64__
static long int80(long number, long a, long b, long c, long d, long e)
{
    long result; /* of what has six, the last is anything here */
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "r8", "r9", "r10", "r11", "memory");
    return result;
}

static void gives_up(int signal) { _exit(signal == SIGSEGV ? NO_SUCH_WAY : 1); }

/* Where the kernel has none, it is a fault. */
static int has_int80(void)
{
    enum { GETPID = 20 };
    signal(SIGSEGV, gives_up);
    return int80(GETPID, 0, 0, 0, 0, 0) == getpid();
}

static int by_mmap2(void)
{
    long at = int80(192, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    return at < 0 && at >= -4095 ? at != -ENOMEM : 1;
}

static int by_old_mmap(void)
{
    static uint32_t *args;
    if (args == NULL) {
        args = (uint32_t *)map(PAGE, MAP_PRIVATE | MAP_32BIT);
        uint32_t wanted[] = {0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1u, 0};
        memcpy(args, wanted, sizeof wanted);
    }
    long at = int80(90, (long)(intptr_t)args, 0, 0, 0, 0);
    return at < 0 && at >= -4095 ? at != -ENOMEM : 1;
}

static int by_brk(void)
{
    long now = int80(45, 0, 0, 0, 0, 0);
    if (now > UINT32_MAX - MUCH)
        exit(NO_SUCH_WAY);
    return int80(45, now + PAGE, 0, 0, 0, 0) == now + PAGE;
}

static void goes_by(int (*way)(void))
{
    if (!has_int80())
        exit(NO_SUCH_WAY);
    take = way;
}

static void maps_by_mmap2(void) { goes_by(by_mmap2); }
static void maps_by_old_mmap(void) { goes_by(by_old_mmap); }
static void moves_break(void) { goes_by(by_brk); }

/* What has it in memory and is refused finds its registers as they were: so does the call after. */
static void keeps_registers(void)
{
    if (!has_int80())
        exit(NO_SUCH_WAY);
    uint32_t *args = (uint32_t *)map(PAGE, MAP_PRIVATE | MAP_32BIT);
    uint32_t wanted[] = {0, 1u << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1u, 0};
    memcpy(args, wanted, sizeof wanted);
    for (int i = 0; i < 2; i++) {
        long b = (long)(intptr_t)args, c = 2, d = 3, e = 4, f = 5, result = i == 0 ? 90 : 20;
        __asm__ volatile("int $0x80"
                         : "+a"(result), "+b"(b), "+c"(c), "+d"(d), "+S"(e), "+D"(f)
                         :
                         : "r8", "r9", "r10", "r11", "memory");
        if (result != (i == 0 ? -ENOMEM : getpid()) || b != (long)(intptr_t)args || c != 2 ||
            d != 3 || e != 4 || f != 5)
            exit(3 + i);
        if (i == 0) /* stops, too, and gives back what was stored if that is not over */
            int80(125, (long)(intptr_t)args, PAGE, PROT_READ | PROT_WRITE, 0, 0);
    }
}

enum { X32 = 0x40000000 };

static int by_x32_mmap(void)
{
    long at = syscall(X32 + SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    return at != -1 || errno != ENOMEM;
}

static int by_x32_brk(void)
{
    long now = syscall(X32 + SYS_brk, 0);
    return syscall(X32 + SYS_brk, now + PAGE) == now + PAGE;
}

static void goes_by_x32(int (*way)(void))
{
    if (syscall(X32 + SYS_getpid) == -1)
        exit(NO_SUCH_WAY);
    take = way;
}

static void maps_by_x32(void) { goes_by_x32(by_x32_mmap); }
static void moves_break_by_x32(void) { goes_by_x32(by_x32_brk); }
#else
static void no_such_way(void) { exit(NO_SUCH_WAY); }
#define maps_by_mmap2 no_such_way
#define maps_by_old_mmap no_such_way
#define moves_break no_such_way
#define keeps_registers no_such_way
#define maps_by_x32 no_such_way
#define moves_break_by_x32 no_such_way
#endif

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*does)(void);
    } ways[] = {{"shmat", attaches},
                {"shmat-over", attaches_over},
                {"remap-file-pages", turns_pages},
                {"break-back", moves_break_back},
                {"int80-mmap2", maps_by_mmap2},
                {"int80-old-mmap", maps_by_old_mmap},
                {"int80-brk", moves_break},
                {"int80-registers", keeps_registers},
                {"x32-mmap", maps_by_x32},
                {"x32-brk", moves_break_by_x32}};
    static char out[4096];
    long limit = argc > 2 ? atol(argv[2]) : 0;
    setvbuf(stdout, out, _IOFBF, sizeof out);
    say_ready();
    wait_for_go();
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (argc > 1 && strcmp(argv[1], ways[i].name) == 0)
            ways[i].does();
    while (take())
        ;
    long had = data() + shared;
    if (had == limit)
        puts("full");
    else
        printf("%ld of %ld\n", had, limit);
    return 0;
}
