/* SPDX-License-Identifier: MIT */
/* end_in_every_way [HOW]: children that end in each of the ways that the C library has, and by
 * signals; or in that one alone. None of them becomes another program unseen. */
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHORT = 2000, STACK = 1 << 16 }; /* microseconds; bytes */

static void by__exit(void) { _exit(3); }
static void by__Exit(void) { _Exit(3); }
static void by_exit(void) { exit(3); }
static void by_quick_exit(void) { quick_exit(3); }
static void by_number(void) { syscall(SYS_exit_group, 3); }
static void by_number_of_a_thread(void) { syscall(SYS_exit, 3); }
static void by_abort(void) { abort(); }
static void by_a_signal(void) { raise(SIGTERM); }
static void by_a_signal_none_can_catch(void) { kill(getpid(), SIGKILL); }

static void *linger(void *unused)
{
    usleep(SHORT);
    return unused;
}

static void by_its_last_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, linger, NULL);
    pthread_exit(NULL);
}

static void as_a_daemon(void) { _exit(daemon(1, 1)); }

static void after_no_exec(void)
{
    execl("/no/such/program", "program", (char *)NULL);
    execl("/", "program", (char *)NULL);
    _exit(3);
}

static void in_the_loader(void)
{
    setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
    close(STDOUT_FILENO);
    execl("/bin/true", "true", (char *)NULL);
}

static const struct {
    const char *name;
    void (*end)(void);
} ways[] = {
    {"_exit", by__exit},
    {"_Exit", by__Exit},
    {"exit", by_exit},
    {"quick_exit", by_quick_exit},
    {"exit_group", by_number},
    {"SYS_exit", by_number_of_a_thread},
    {"abort", by_abort},
    {"SIGTERM", by_a_signal},
    {"SIGKILL", by_a_signal_none_can_catch},
    {"thread", by_its_last_thread},
    {"daemon", as_a_daemon},
    {"no-exec", after_no_exec},
    {"loader", in_the_loader},
};

static int return_from_clone(void *unused)
{
    free(malloc(1000)); /* now the library knows of the copy */
    return unused != NULL;
}

static void clone_one(void)
{
    static char stack[STACK] __attribute__((aligned(16)));
    waitpid(clone(return_from_clone, stack + sizeof stack, SIGCHLD, NULL), NULL, 0);
}

static void vfork_one(void)
{
    pid_t child = vfork();
    if (child == 0) {
        execl("/no/such/program", "program", (char *)NULL);
        _exit(3);
    }
    waitpid(child, NULL, 0);
}

static void open_terminal(void)
{
    int terminal;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child == 0)
        exit(3);
    waitpid(child, NULL, 0);
}

static void fork_one(void (*end)(void))
{
    pid_t child = fork();
    if (child == 0) {
        end();
        _exit(99);
    }
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (argc < 2 || strcmp(argv[1], ways[i].name) == 0)
            fork_one(ways[i].end);
    if (argc < 2 || strcmp(argv[1], "clone") == 0)
        clone_one();
    if (argc < 2 || strcmp(argv[1], "vfork") == 0)
        vfork_one();
    if (argc < 2 || strcmp(argv[1], "forkpty") == 0)
        open_terminal();
    return 0;
}
