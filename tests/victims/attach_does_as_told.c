/* SPDX-License-Identifier: MIT
 *
 * Does what each line of its input says, and prints a word for it: "m" maps 1 MiB more, "u" unmaps
 * the last one, "f" does the first in a forked child, "v" starts a program that says who traces it,
 * "w" says who traces itself (as a yes or no), "q" ends with 7.
 */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { MIB = 1 << 20, MOST = 4096 };
static char *blocks[MOST];
static int count;

static const char *map(void)
{
    blocks[count] = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (blocks[count] == MAP_FAILED)
        return errno == ENOMEM ? "refused" : "failed";
    blocks[count++][0] = 1;
    return "ok";
}

static const char *unmap(void)
{
    return count > 0 && munmap(blocks[--count], MIB) == 0 ? "ok" : "failed";
}

/* By the kernel, which says 0 for nobody. */
static const char *who_traces(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, "TracerPid:");
    return at == NULL ? "failed" : atoi(at + 10) != 0 ? "traced" : "free";
}

static const char *in_child(const char *(*does)(void))
{
    static const char *const words[] = {"ok", "refused", "failed", "traced", "free"};
    int status;
    pid_t child = fork();
    if (child == 0) {
        const char *word = does();
        for (int i = 0; i < 5; i++)
            if (strcmp(words[i], word) == 0)
                _exit(i);
        _exit(2);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? words[WEXITSTATUS(status)]
                                                                    : "failed";
}

static const char *by_vfork(char *self)
{
    int status;
    pid_t child = vfork();
    if (child == 0) {
        execl(self, self, "is-traced", (char *)NULL);
        _exit(2);
    }
    return waitpid(child, &status, 0) != child || !WIFEXITED(status) ? "failed"
           : WEXITSTATUS(status) == 0                                ? "traced"
                                                                     : "free";
}

int main(int argc, char **argv)
{
    char line[64];
    static char in[4096], out[4096];
    setvbuf(stdin, in, _IOFBF, sizeof in);
    setvbuf(stdout, out, _IOLBF, sizeof out);
    if (argc > 1)
        return strcmp(who_traces(), "traced") != 0;
    while (fgets(line, sizeof line, stdin) != NULL)
        switch (line[0]) {
        case 'm': puts(map()); break;
        case 'u': puts(unmap()); break;
        case 'f': puts(in_child(map)); break;
        case 'w': puts(who_traces()); break;
        case 'v': puts(by_vfork(argv[0])); break;
        default: return 7;
        }
    return 0;
}
