/* SPDX-License-Identifier: MIT
 *
 * Says what a program could see of copies of itself: signals, children, offsets of files, alarms.
 * Its standard input is read on and on, in small pieces, with an allocation between each. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals++;
}

static void read_on(int depth)
{
    char piece[4];
    char *block = malloc((size_t)depth + 1);
    ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
    if (got > 0)
        fwrite(piece, 1, (size_t)got, stdout);
    if (got > 0)
        read_on(depth + 1);
    free(block);
}

static int folder_entries(void)
{
    int entries = 0;
    DIR *folder = opendir(".");
    for (; folder != NULL && readdir(folder) != NULL; entries++)
        free(malloc(20));
    if (folder != NULL)
        closedir(folder);
    return entries;
}

static void be_parent(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    free(malloc(30));
    pid_t waited = wait(&status);
    free(malloc(31));
    printf("waited for %s, status %d, then %s\n", waited == pid ? "the child" : "another",
           WEXITSTATUS(status), wait(&status) < 0 && errno == ECHILD ? "none" : "another");
}

int main(void)
{
    const struct itimerval hour = {.it_value = {.tv_sec = 3600}};
    struct itimerval left;
    char room[BUFSIZ];
    setvbuf(stdout, room, _IOFBF, sizeof room);
    signal(SIGCHLD, count);
    signal(SIGALRM, count);
    setitimer(ITIMER_REAL, &hour, NULL);
    read_on(0);
    be_parent();
    int entries = folder_entries();
    printf("%s\n", entries == folder_entries() ? "all entries" : "other entries");
    getitimer(ITIMER_REAL, &left);
    printf("%d signal, alarm %s\n", (int)signals, left.it_value.tv_sec > 3000 ? "to come" : "gone");
    return 0;
}
