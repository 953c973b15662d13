/* SPDX-License-Identifier: MIT
 *
 * tree_copies_in_odd_places CASE, under a limit of 64 MiB for the tree: the process is copied where
 * no fork handler runs, or where one does in the middle of something. Each copy has all that is
 * left to it.
 */
#include "victim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { BLOCKS = 100000, FORKS = 200 };

static void expect_room(size_t least, size_t most)
{
    static void *had[100];
    size_t count = 0;
    while (count < 100 && (had[count] = malloc(MIB)) != NULL)
        count++;
    CHECK(count >= least && count <= most);
    CHECK(used() < 100 * MIB);
}

static void await(pid_t pid)
{
    int status;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

static pid_t copy(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

/* The first that the copy does is to give something back. */
static void copy_gives_back_first(const char *how)
{
    void *block = malloc(MIB);
    void *region = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t pid = copy();
    if (pid == 0) {
        if (*how == 'f')
            free(block);
        else if (*how == 'r')
            CHECK(realloc(block, 4096) != NULL);
        else
            CHECK(munmap(region, MIB) == 0);
        expect_room(60, 63);
        _exit(0);
    }
    await(pid);
}

static void copy_forks(void)
{
    pid_t pid = copy();
    if (pid == 0) {
        void *block = malloc(MIB);
        pid_t child = fork();
        if (child == 0) {
            free(block);
            expect_room(60, 63);
            _exit(0);
        }
        await(child);
        _exit(0);
    }
    await(pid);
}

static volatile sig_atomic_t forks, in_call;
static volatile pid_t forked = -1;

static void arm(void)
{
    struct itimerval timer = {{0, 0}, {0, 100 + forks * 37 % 400}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void fork_and_wait(int signal)
{
    (void)signal;
    if (forks >= FORKS)
        return;
    forked = fork();
    if (forked == 0)
        return;
    await(forked);
    forks++;
    arm();
}

/* In a child, which frees what it inherited: each of those frees takes locks. */
static void handler_forks_while_blocks_are_freed(void)
{
    static void *blocks[BLOCKS], *own[1000];
    for (int i = 0; i < BLOCKS; i++)
        CHECK((blocks[i] = malloc(16)) != NULL);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 1000; i++)
            CHECK((own[i] = malloc(100)) != NULL);
        signal(SIGALRM, fork_and_wait);
        arm();
        for (int i = 0; i < BLOCKS && forks < FORKS && forked != 0; i++)
            free(blocks[i]);
        for (int i = 0; i < 1000 && forked == 0; i++)
            free(own[i]);
        CHECK(forked != 0 || malloc(60000) != NULL);
        signal(SIGALRM, SIG_IGN);
        _exit(0);
    }
    await(pid);
}

static void fork_in_call(int signal)
{
    (void)signal;
    if (in_call && forked < 0)
        forked = fork();
}

/* Whether the handler comes in the middle of the call is up to the machine; mostly it does. The
 * child has the room when its parent, too, is back from the call. */
static void handler_forks_while_a_region_is_unmapped(void)
{
    int back[2];
    char byte;
    CHECK(pipe(back) == 0);
    signal(SIGALRM, fork_in_call);
    for (int i = 0; i < 300 && forked < 0; i++) {
        char *region = mmap(NULL, 32 * MIB, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        CHECK(region != MAP_FAILED);
        in_call = 1;
        arm();
        munmap(region, 32 * MIB);
        in_call = 0;
    }
    if (forked == 0) {
        CHECK(read(back[0], &byte, 1) == 1);
        expect_room(60, 64);
        _exit(0);
    }
    if (forked > 0) {
        CHECK(write(back[1], "", 1) == 1);
        await(forked);
    }
}

static void *nothing(void *unused) { return unused; }

/* With stacks counted: the thread that forks keeps its own, and gives nothing back for others. */
static void *fork_and_make_threads(void *unused)
{
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++) {
            pthread_t thread;
            CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
            CHECK(pthread_join(thread, NULL) == 0);
        }
        expect_room(54, 55);
        _exit(0);
    }
    await(pid);
    return unused;
}

static void thread_forks(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, fork_and_make_threads, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    switch (argv[1][0]) {
    case 'c': copy_forks(); break;
    case 'h': handler_forks_while_blocks_are_freed(); break;
    case 'm': handler_forks_while_a_region_is_unmapped(); break;
    case 't': thread_forks(); break;
    default: copy_gives_back_first(argv[1]);
    }
    return 0;
}
