/* SPDX-License-Identifier: MIT
 *
 * leaks_in_threads KIND: other threads keep or lose blocks when the process ends.
 */
#include "lose.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static __thread char *volatile own;
static _Atomic int ready;

static void start(void *(*routine)(void *), int count)
{
    pthread_t thread;
    for (int i = 0; i < count; i++)
        if (pthread_create(&thread, NULL, routine, NULL) != 0)
            _exit(9);
}

static void await(int count)
{
    while (atomic_load(&ready) < count)
        usleep(100);
}

static void stay(void)
{
    atomic_fetch_add(&ready, 1);
    for (;;)
        pause();
}

static void *keep_on_stack(void *unused)
{
    char *volatile local = take(100);
    (void)unused;
    stay();
    return local;
}

static void *keep_in_tls(void *unused)
{
    (void)unused;
    own = take(100);
    wash();
    stay();
    return NULL;
}

static void *keep_in_register(void *unused)
{
    (void)unused;
#ifdef __x86_64__
    register char *own_register __asm__("rbx") = take(100);
    wash();
    atomic_fetch_add(&ready, 1);
    __asm__ volatile("1: pause\n\tjmp 1b" : : "r"(own_register) : "memory");
#else
    stay();
#endif
    return NULL;
}

static void *keep_deaf(void *unused)
{
    char *volatile local = take(100);
    sigset_t all;
    (void)unused;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    stay();
    return local;
}

static void *lose_and_end(void *unused)
{
    (void)unused;
    own = take(100);
    return NULL;
}

static void *end_process(void *unused)
{
    char *volatile local = take(100);
    (void)unused;
    exit(0);
    return local;
}

static void *end_last(void *unused)
{
    char *volatile local = take(100);
    (void)unused;
    *local = 0;
    usleep(1000);
    return NULL;
}

/* Grows and shrinks a list's head, whose contents alone lead to the rest. */
static void *move(void *unused)
{
    struct head {
        void *rest[2];
    } *head = take(sizeof *head);
    (void)unused;
    head->rest[0] = take(50);
    atomic_fetch_add(&ready, 1);
    for (size_t size = 300;; size = 300 + size * 7 % 5000) {
        head = realloc(head, size);
        head->rest[1] = take(70);
        free(head->rest[1]);
        head->rest[1] = NULL;
    }
    return NULL;
}

static void be_kept(void *(*routine)(void *), int count)
{
    start(routine, count);
    await(count);
    wash();
    exit(0);
}

static void on_stack(void) { be_kept(keep_on_stack, 3); }
static void in_tls(void) { be_kept(keep_in_tls, 3); }
static void in_register(void) { be_kept(keep_in_register, 1); }
static void deaf(void) { be_kept(keep_deaf, 1); }
static void moving(void) { be_kept(move, 3); }

static void many(void) { be_kept(keep_on_stack, 100); }

static void ended(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, lose_and_end, NULL) != 0)
        _exit(9);
    pthread_join(thread, NULL);
}

static void exits(void)
{
    char *volatile local = take(100);
    start(end_process, 1);
    for (;;)
        pause();
    *local = 0;
}

/* What main had in its frame is lost then. */
static void outlives_main(void)
{
    start(end_last, 1);
    pthread_exit(NULL);
}

static const struct kind kinds[] = {
    {"on_stack", on_stack}, {"in_tls", in_tls}, {"in_register", in_register},
    {"deaf", deaf},         {"many", many},     {"moving", moving},
    {"ended", ended},       {"exits", exits},   {"outlives_main", outlives_main},
    {NULL, NULL},
};

int main(int argc, char **argv) { return act(kinds, argc, argv); }
