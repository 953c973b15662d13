/* SPDX-License-Identifier: MIT
 *
 * Each call site takes having no memory in a way of its own, and has that in its name; with
 * arguments, only those do. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone))

static APART void tolerates(void) { free(malloc(11)); }

static APART void crashes(void)
{
    char *block = malloc(12);
    *(volatile char *)block = 1;
    free(block);
}

static APART void aborts(void)
{
    char *block = malloc(13);
    if (block == NULL)
        abort();
    free(block);
}

static APART void exits(void)
{
    char *block = malloc(14);
    if (block == NULL) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    free(block);
}

static APART void hangs(void)
{
    char *block = malloc(15);
    while (block == NULL)
        pause();
    free(block);
}

static APART void swallows(void)
{
    char *block = malloc(16);
    if (block == NULL)
        puts("less");
    free(block);
}

static APART void leaks(void)
{
    char *one = malloc(1000), *other = malloc(17);
    if (other == NULL)
        return;
    free(one);
    free(other);
}

/* Twice the same stack: once, the second one succeeds. */
static APART void takes_two(void)
{
    int failed = 0;
    for (volatile int i = 0; i < 2; i++) {
        char *block = malloc(18);
        failed += block == NULL;
        free(block);
    }
    if (failed > 0)
        printf("failed %d\n", failed);
}

static APART void reports(void)
{
    char *words = malloc(100);
    strcpy(words, "no memory");
    puts(words);
    free(words);
}

static APART void crashes_in_its_report(void)
{
    char *block = malloc(19);
    if (block == NULL)
        reports();
    free(block);
}

/* Something that goes on when the program has ended. */
static APART void starts_another(void)
{
    char *block = malloc(21);
    if (block == NULL && fork() == 0)
        for (;;)
            pause();
    free(block);
}

/* Of two different stacks: one of them is enough. */
static APART void needs_one(void)
{
    char *block = malloc(22), *other = malloc(23), *to = other != NULL ? other : block;
    *(volatile char *)to = 1;
    free(other);
    free(block);
}

/* Asks again where it failed, and has something else instead: only both for good are too much. */
static APART void asks_again(void)
{
    char *block = NULL, *other = NULL;
    for (volatile int i = 0; i < 3 && block == NULL; i++) {
        block = malloc(24);
        if (block == NULL && i == 0)
            other = malloc(25);
    }
    if (block == NULL && other == NULL)
        abort();
    free(block);
    free(other);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } sites[] = {{"tolerates", tolerates},
                 {"crashes", crashes},
                 {"aborts", aborts},
                 {"exits", exits},
                 {"hangs", hangs},
                 {"swallows", swallows},
                 {"leaks", leaks},
                 {"takes_two", takes_two},
                 {"starts_another", starts_another},
                 {"needs_one", needs_one},
                 {"asks_again", asks_again},
                 {"crashes_in_its_report", crashes_in_its_report}};
    char room[BUFSIZ];
    setvbuf(stdout, room, _IOFBF, sizeof room); /* no memory of its own */
    puts("begins");
    fflush(stdout);
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        for (int j = 1; j < argc || argc == 1; j++) {
            if (argc == 1 || strcmp(argv[j], sites[i].name) == 0)
                sites[i].run();
            if (argc == 1)
                break;
        }
    puts("ends");
    return 0;
}
