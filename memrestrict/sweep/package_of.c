/* SPDX-License-Identifier: MIT */
#include "sweep/package_of.h"

#include "base/fd.h"
#include "base/signal_wait.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(char *const *words, int to)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0 ||
        dup2(nothing, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    setenv("LC_ALL", "C", 1);
    signal_wait_release();
    execvp(words[0], words);
    _exit(EXIT_FAILURE);
}

/* The first line that it prints, if it ends well; the caller frees it. */
static char *first_line(char *const *words)
{
    int ends[2], pid, status = -1;
    char *line = NULL;
    size_t room = 0;
    if (!fd_pipe(ends))
        return NULL;
    pid = fork();
    if (pid == 0)
        become(words, ends[1]);
    close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    if (file == NULL || getline(&line, &room, file) <= 0) {
        free(line);
        line = NULL;
    }
    if (file != NULL)
        fclose(file);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (line != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (status == 0 && line != NULL && *line != '\0')
        return line;
    free(line);
    return NULL;
}

/* "libz1:amd64: /lib/x86_64-linux-gnu/libz.so.1": up to the path. */
static char *owner_of(const char *path)
{
    char *words[] = {"dpkg-query", "-S", "--", (char *)path, NULL};
    char *line = first_line(words), *end = line != NULL ? strstr(line, ": /") : NULL;
    if (end == NULL || strchr(line, ',') != NULL) {
        free(line);
        return NULL;
    }
    *end = '\0';
    return line;
}

/* Where /lib is /usr/lib, a package may know its files by either. */
static char *other_name(const char *path)
{
    static const char merged[] = "/usr";
    char *other;
    if (text_begins(path, "/usr/"))
        return strdup(path + strlen(merged));
    return asprintf(&other, "%s%s", merged, path) > 0 ? other : NULL;
}

char *package_of(const char *path)
{
    char *owner = owner_of(path), *line = NULL, *other;
    if (owner == NULL && (other = other_name(path)) != NULL) {
        owner = owner_of(other);
        free(other);
    }
    if (owner != NULL) {
        char *words[] = {"dpkg-query", "-W", "-f=${Package} ${Version}\\n", "--", owner, NULL};
        line = first_line(words);
    }
    free(owner);
    char *safe = line != NULL ? text_safe_string(line) : NULL;
    free(line);
    return safe;
}
