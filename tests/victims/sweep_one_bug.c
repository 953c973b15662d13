/* SPDX-License-Identifier: MIT
 * Allocates in a few ways, and has the one bug that its argument names; without one, none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *words)
{
    if (write(STDOUT_FILENO, words, strlen(words)) < 0)
        _exit(9);
}

static void complain_and_exit(void)
{
    static const char words[] = "victim: out of memory\n";
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(9);
    exit(1);
}

static void handle(void)
{
    char *block = malloc(101);
    if (block == NULL)
        complain_and_exit();
    free(block);
}

static void tolerate(void) { free(malloc(102)); }

static void crash(void)
{
    char *block = malloc(103);
    block[0] = 1;
    free(block);
}

static void abort_itself(void)
{
    char *block = malloc(104);
    if (block == NULL)
        abort();
    free(block);
}

static void hang(void)
{
    char *block = malloc(105);
    while (block == NULL)
        pause();
    free(block);
}

static void swallow(void)
{
    char *block = malloc(106);
    if (block != NULL)
        say("written\n");
    free(block);
}

static void leak(void)
{
    char *first = malloc(1000);
    char *second = first != NULL ? malloc(107) : NULL;
    if (second == NULL)
        return;
    free(first);
    free(second);
}

static void corrupt(void)
{
    char *first = malloc(2000), *second = malloc(108);
    if (first == NULL)
        complain_and_exit();
    if (second == NULL)
        free(first);
    free(first);
    free(second);
}

/* What it allocates only when something has failed goes wrong. */
static void fail_twice(void)
{
    char *block = malloc(109), *words;
    if (block == NULL) {
        words = malloc(200);
        strcpy(words, "victim: out of memory\n");
        free(words);
        complain_and_exit();
    }
    free(block);
}

/* Takes that either fails, and not that both do. */
static void need_one(void)
{
    char *cache = malloc(110), *block = malloc(111), *to = block != NULL ? block : cache;
    to[0] = 1;
    free(block);
    free(cache);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*body)(void);
    } bugs[] = {
        {"crash", crash}, {"abort", abort_itself}, {"hang", hang},        {"swallowed", swallow},
        {"leak", leak},   {"corruption", corrupt}, {"twice", fail_twice}, {"together", need_one},
    };
    say("begun\n");
    handle();
    tolerate();
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++)
        if (argc > 1 && strcmp(argv[1], bugs[i].name) == 0)
            bugs[i].body();
    say("done\n");
    return 0;
}
