/* SPDX-License-Identifier: MIT
 * Asks for a block; where there is none, it comes to the end that its argument names. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *words)
{
    if (write(STDERR_FILENO, words, strlen(words)) < 0)
        _exit(9);
}

static int say_and_fail(const char *words)
{
    void *block = malloc(301);
    if (block == NULL)
        say(words);
    free(block);
    return block == NULL;
}

/* As xsltproc and Go have it. */
static int words(void)
{
    return say_and_fail(
        "runtime error: file a.xsl line 3 element copy\n"
        "panic: runtime error: out of memory\nERROR: AddressSanitizer is not here\n");
}

static int report(void) { return say_and_fail("a.c:3:15: runtime error: load of null pointer\n"); }

static int address(void)
{
    return say_and_fail("==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n");
}

static int address_crash(void)
{
    return say_and_fail("==12==ERROR: AddressSanitizer: SEGV on unknown address 0x0\n");
}

static int always(void)
{
    say("a.c:3:15: runtime error: load of misaligned address\n");
    return report();
}

/* The child's end is seen, and then written to. */
static int write_to(void child(const void *block))
{
    int ends[2];
    siginfo_t info;
    if (pipe(ends) != 0)
        return 9;
    int pid = fork();
    if (pid == 0) {
        close(ends[1]);
        void *block = malloc(302);
        child(block);
        free(block);
        _exit(0);
    }
    close(ends[0]);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    if ((info.si_code != CLD_EXITED || info.si_status != 0) && write(ends[1], "x", 1) != 1)
        return 2;
    waitpid(pid, NULL, 0);
    return 0;
}

static void leave(const void *block)
{
    if (block == NULL)
        _exit(1);
}

static void crash_of_child(const void *block) { *(volatile char *)block = 1; }

static void abort_of_child(const void *block)
{
    if (block == NULL)
        abort();
}

static int child_ends(void) { return write_to(leave); }

static int child_crashes(void) { return write_to(crash_of_child); }

static int both_die(void)
{
    signal(SIGPIPE, SIG_IGN);
    if (write_to(crash_of_child) != 0)
        abort();
    return 0;
}

static int child_aborts(void) { return write_to(abort_of_child); }

/* Crashes, then takes away what a trial leaves its results in: `which` is that folder, or the one
 * of all trials. Then it asks for more. */
static int lose(const char *which)
{
    char *block = malloc(303);
    block[0] = 1;
    char *other = malloc(304);
    if (other == NULL)
        return system(which) != 0;
    for (int i = 0; i < 8; i++)
        free(malloc(305));
    free(malloc(306));
    free(malloc(307));
    free(malloc(308));
    free(other);
    free(block);
    return 0;
}

static int loses_folder(void) { return lose("rm -rf \"${TMPDIR%/*}\""); }

static int loses_all(void) { return lose("rm -rf \"${TMPDIR%/*/*}\""); }

static int fills(void)
{
    static char much[1 << 20];
    void *block = malloc(309);
    if (block == NULL && write(STDOUT_FILENO, much, sizeof much) < 0)
        return 9;
    free(block);
    free(malloc(310));
    return 0;
}

static void print(const char *words)
{
    if (write(STDOUT_FILENO, words, strlen(words)) < 0)
        _exit(9);
}

/* Without a block nothing is printed, with or without a block for a message. */
static int swallows(void)
{
    void *block = malloc(313), *message;
    if (block != NULL) {
        print("written");
    } else {
        message = malloc(314);
        free(message);
    }
    free(block);
    return 0;
}

static void alarming(void)
{
    void *block = malloc(315);
    if (block == NULL)
        say("no memory\n");
    else
        print("one");
    free(block);
}

static void silent(void)
{
    void *block = malloc(316);
    if (block != NULL)
        print("two");
    free(block);
}

static int swallows_aloud(void)
{
    alarming();
    silent();
    return 0;
}

static int leaves_a_large_one(void)
{
    static char *block;
    void *other = malloc(311);
    block = malloc(other == NULL ? 331 : 320);
    free(other);
    return block == NULL;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*body)(void);
    } ends[] = {
        {"words", words},
        {"report", report},
        {"address", address},
        {"address_crash", address_crash},
        {"always", always},
        {"child_ends", child_ends},
        {"child_crashes", child_crashes},
        {"both_die", both_die},
        {"child_aborts", child_aborts},
        {"loses_folder", loses_folder},
        {"loses_all", loses_all},
        {"fills", fills},
        {"swallows", swallows},
        {"swallows_aloud", swallows_aloud},
        {"leaves_a_large_one", leaves_a_large_one},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (argc > 1 && strcmp(argv[1], ends[i].name) == 0)
            return ends[i].body();
    return 9;
}
