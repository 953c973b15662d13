/* SPDX-License-Identifier: MIT
 *
 * leaks_in_many_ways KIND: keeps or loses blocks, and ends.
 */
#include "lose.h"

#include <dlfcn.h>
#include <error.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

struct node {
    struct node *next, *other;
};

static __thread char *volatile own;
static uintptr_t hidden;
static struct node *nodes;

static NOINLINE struct node *chain(int length)
{
    struct node *first = NULL;
    for (int i = 0; i < length; i++) {
        struct node *node = take(sizeof *node);
        *node = (struct node){first, NULL};
        first = node;
    }
    return first;
}

/* --- Data --- */

static void lose_chain(void) { chain(3); }

static void lose_cycle(void)
{
    struct node *ring = chain(2);
    ring->next->next = ring;
}

static void keep_interior(void) { kept = (char *)take(100) + 10; }
static void keep_midst_of_list(void) { kept = (char *)&chain(3)->other; }
static void keep_global(void) { kept = take(100); }
static void keep_list(void) { nodes = chain(1000); }
static void keep_tls(void) { own = take(100); }
static void free_it(void) { free(take(100)); }

static void lose_empty(void)
{
    kept = take(0);
    take(0);
}

static void lose_aligned(void)
{
    void *block;
    if (memalign(4096, 100) == NULL || posix_memalign(&block, 64, 100) != 0)
        _exit(9);
}

/* Grows and moves a list's head, whose contents alone lead to the rest. */
static void keep_reallocated(void)
{
    nodes = chain(2);
    char *wall = take(64);
    nodes = realloc(nodes, 1 << 20);
    free(wall);
}

/* The header of what follows begins in the block's last word, where the bins point: a free
 * neighbour, and the top. */
static void lose_before_bins(void)
{
    take(2008);
    char *neighbour = take(3000);
    take(2000);
    free(neighbour);
    take(40008);
}

/* A block has the difference of two addresses. */
static void keep_xored(void)
{
    struct node *node = take(sizeof *node);
    hidden = (uintptr_t)node ^ (uintptr_t)&nodes;
}

static void keep_at_odd_place(void)
{
    static char packed[64];
    char *block = take(100);
    memcpy(packed + 3, &block, sizeof block);
}

static void give_to_kernel(void)
{
    int ends[2];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = take(100)};
    if (pipe(ends) != 0 || epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, ends[0], &event) != 0)
        _exit(9);
    memset(&event, 0, sizeof event);
    __asm__ volatile("" : : "r"(&event) : "memory");
}

/* --- Mappings --- */

static void keep_in_pool(int flags, int fd)
{
    char **pool = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (pool == MAP_FAILED)
        _exit(9);
    pool[77] = take(100);
}

static void keep_in_own_pool(void) { keep_in_pool(MAP_PRIVATE | MAP_ANONYMOUS, -1); }
static void keep_in_shared_pool(void) { keep_in_pool(MAP_SHARED | MAP_ANONYMOUS, -1); }

/* What is beyond the file's end then cannot be read any more. */
static void keep_in_file(int flags)
{
    int fd = open("/tmp", O_RDWR | O_TMPFILE, 0600);
    if (fd < 0 || ftruncate(fd, 1 << 16) != 0)
        _exit(9);
    keep_in_pool(flags, fd);
    if (ftruncate(fd, 1 << 12) != 0)
        _exit(9);
}

static void keep_in_private_file(void) { keep_in_file(MAP_PRIVATE); }
static void keep_in_shared_file(void) { keep_in_file(MAP_SHARED); }

static void keep_in_read_only_pool(void)
{
    char **pool = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED)
        _exit(9);
    pool[5] = take(100);
    mprotect(pool, 1 << 16, PROT_READ);
}

/* A page in the midst of a block cannot be read. */
static void keep_behind_hole(void)
{
    char *block = memalign(4096, 4 * 4096);
    memset(block, 0, 4 * 4096);
    *(char **)(block + 3 * 4096) = take(100);
    mprotect(block + 4096, 4096, PROT_NONE);
    kept = block;
}

/* The library is made by who starts this. */
static void keep_in_library(const char *name)
{
    void *library = dlopen("./l.so", RTLD_NOW);
    char **place = library != NULL ? dlsym(library, name) : NULL;
    if (place == NULL)
        _exit(9);
    *place = take(100);
}

static void keep_in_library_data(void) { keep_in_library("kept"); }
static void keep_in_library_tls(void) { keep_in_library("own"); }

/* --- Ends --- */

static void end_with_local(void (*end)(int))
{
    char *volatile local = take(100);
    end(0);
    *local = 0;
}

static void by_error(int status)
{
    close(2);
    error(status, 0, "ended by the C library");
    error(3, 0, "ended by the C library");
}

static void end_by_exit(void) { end_with_local(exit); }
static void end_by__exit(void) { end_with_local(_exit); }
static void end_by_quick_exit(void) { end_with_local(quick_exit); }
static void end_by_error(void) { end_with_local(by_error); }

static void lose_and__exit(void)
{
    lose();
    wash();
    _exit(0);
}

static void return_with_local(void)
{
    char *volatile local = take(100);
    *local = 0;
}

static void free_kept(void) { free(kept); }

static void free_at_exit(void)
{
    kept = take(100);
    atexit(free_kept);
}

/* The parent's is lost in the child as well, which says nothing of it. */
static void lose_in_child(void)
{
    kept = take(100);
    if (fork() == 0) {
        kept = take(200);
        kept = NULL;
        wash();
        exit(0);
    }
    wait(NULL);
}

static void exit_in_handler(int number)
{
    (void)number;
    exit(0);
}

static void exit_on_other_stack(void)
{
    static char other[1 << 16];
    char *volatile local = take(100);
    stack_t stack = {.ss_sp = other, .ss_size = sizeof other};
    struct sigaction action = {.sa_handler = exit_in_handler, .sa_flags = SA_ONSTACK};
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    *local = 0;
}

static ucontext_t main_context, coroutine_context;

static void coroutine(void)
{
    char *volatile local = take(100);
    swapcontext(&coroutine_context, &main_context);
    *local = 0;
}

static void keep_on_coroutine(void)
{
    getcontext(&coroutine_context);
    nodes = calloc(1, 1 << 16);
    coroutine_context.uc_stack = (stack_t){.ss_sp = nodes, .ss_size = 1 << 16};
    makecontext(&coroutine_context, coroutine, 0);
    swapcontext(&main_context, &coroutine_context);
}

/* Nothing but a register that a call leaves alone has it. */
static void exit_with_register(void)
{
#ifdef __x86_64__
    register char *own_register __asm__("rbx") = take(100);
    wash();
    __asm__ volatile("xor %%edi, %%edi\n\tcall exit@plt" : : "r"(own_register) : "memory");
#endif
}

static const struct kind kinds[] = {
    {"lost", lose},
    {"chain", lose_chain},
    {"cycle", lose_cycle},
    {"interior", keep_interior},
    {"midst_of_list", keep_midst_of_list},
    {"global", keep_global},
    {"list", keep_list},
    {"tls", keep_tls},
    {"freed", free_it},
    {"empty", lose_empty},
    {"aligned", lose_aligned},
    {"reallocated", keep_reallocated},
    {"before_bins", lose_before_bins},
    {"xored", keep_xored},
    {"odd_place", keep_at_odd_place},
    {"kernel", give_to_kernel},
    {"own_pool", keep_in_own_pool},
    {"shared_pool", keep_in_shared_pool},
    {"private_file", keep_in_private_file},
    {"shared_file", keep_in_shared_file},
    {"read_only_pool", keep_in_read_only_pool},
    {"hole", keep_behind_hole},
    {"library_data", keep_in_library_data},
    {"library_tls", keep_in_library_tls},
    {"exit", end_by_exit},
    {"_exit", end_by__exit},
    {"quick_exit", end_by_quick_exit},
    {"error", end_by_error},
    {"lost_at__exit", lose_and__exit},
    {"returned", return_with_local},
    {"at_exit", free_at_exit},
    {"child", lose_in_child},
    {"other_stack", exit_on_other_stack},
    {"coroutine", keep_on_coroutine},
    {"register", exit_with_register},
    {NULL, NULL},
};

int main(int argc, char **argv) { return act(kinds, argc, argv); }
