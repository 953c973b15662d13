/* SPDX-License-Identifier: MIT
 *
 * Started by the command: a child execs, and is killed when the command must have looked at it.
 * "loading": it hangs in its loader by then; "away": it is a program without the library.
 */
#include "victim.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* How often the command has woken up. */
static int looks(void)
{
    char path[64], line[256];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%d/status", getppid());
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL &&
           sscanf(line, "voluntary_ctxt_switches: %d", &count) != 1)
        ;
    fclose(file);
    return count;
}

/* Its loader says more than a pipe that nobody reads can take. */
static void become_loading(int full)
{
    setenv("LD_DEBUG", "all", 1);
    dup2(full, 2);
    execlp("true", "true", (char *)NULL);
    _exit(9);
}

static void become_away(void)
{
    unsetenv("LD_PRELOAD");
    execlp("sleep", "sleep", "600", (char *)NULL);
    _exit(9);
}

int main(int argc, char **argv)
{
    int full[2], begun[2];
    char none;
    bool away = argc > 1 && strcmp(argv[1], "away") == 0;
    if (pipe(full) != 0 || pipe2(begun, O_CLOEXEC) != 0 || fcntl(full[1], F_SETPIPE_SZ, 4096) < 0)
        return 1;
    pid_t pid = fork();
    if (pid == 0 && away)
        become_away();
    else if (pid == 0)
        become_loading(full[1]);
    close(begun[1]);
    if (read(begun[0], &none, 1) != 0)
        return 2;
    for (int before = looks(); looks() < before + (away ? 10 : 4);)
        usleep(1000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return 7;
}
