/* SPDX-License-Identifier: MIT */
/* exec_errors FOLDER: what the calls that start programs say of all that is wrong with a path, an
 * argument or an environment. Bare and limited it must be the same. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *volatile nowhere = (char *)1;
static char *argv[] = {(char *)"name", NULL};
static char *env[] = {(char *)"A=b", NULL};

static void say(const char *call, const char *what, int result)
{
    int error = errno;
    printf("%s %s: %d %d\n", call, what, result, error);
    errno = 0;
}

static void try_all(const char *what, const char *path, char **arguments, char **environment)
{
    pid_t child;
    say("execve", what, execve(path, arguments, environment));
    say("execveat", what, execveat(AT_FDCWD, path, arguments, environment, 0));
    if (strstr(what, "nowhere") != NULL ||
        strcmp(what, "NULL") == 0) /* the C library would look there itself */
        return;
    say("execvpe", what, execvpe(path, arguments, environment));
    int error = posix_spawn(&child, path, NULL, NULL, arguments, environment);
    say("posix_spawn", what, error);
    say("posix_spawnp", what, posix_spawnp(&child, path, NULL, NULL, arguments, environment));
}

static void make(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, mode) != 0 || close(fd) != 0)
        abort();
}

/* A string that ends where nothing is mapped any more. */
static char *at_the_edge(const char *text)
{
    enum { PAGE = 4096 };
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || munmap(pages + PAGE, PAGE) != 0)
        abort();
    return strcpy(pages + PAGE - strlen(text) - 1, text);
}

int main(int argc, char **arguments)
{
    static char longest[5000], large[300000];
    char *bad_strings[] = {env[0], nowhere, NULL}, *large_one[] = {argv[0], large, NULL};
    char *at_edge[] = {at_the_edge("LD_PRELOAD"), NULL};
    if (argc < 2 || chdir(arguments[1]) != 0)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(longest, 'x', sizeof longest - 1);
    memset(large, 'x', sizeof large - 1);
    make("plain", "text\n", 0644);
    make("lost", "#!/no/such/interpreter\n", 0755);
    make("elf", "\177ELF", 0755);
    if (symlink("loop", "loop") != 0 || mkfifo("fifo", 0755) != 0)
        return 1;
    setenv("PATH", "/no/such:.:/usr/bin", 1);
    try_all("NULL", NULL, argv, env);
    try_all("nowhere", nowhere, argv, env);
    try_all("empty", "", argv, env);
    try_all("missing", "./missing", argv, env);
    try_all("missing everywhere", "missing", argv, env);
    try_all("folder", "/", argv, env);
    try_all("plain file", "./plain", argv, env);
    try_all("plain file in the path", "plain", argv, env);
    try_all("no interpreter", "./lost", argv, env);
    try_all("no interpreter, in the path", "lost", argv, env);
    try_all("loop", "./loop", argv, env);
    try_all("fifo", "./fifo", argv, env);
    try_all("too long", longest, argv, env);
    try_all("arguments nowhere", "/bin/true", (char **)nowhere, env);
    try_all("too large", "/bin/true", large_one, env);
    try_all("environment nowhere", "/bin/true", argv, (char **)nowhere);
    try_all("string nowhere", "/bin/true", argv, bad_strings);
    try_all("at the edge", "./missing", argv, at_edge);
    say("execve", "part of an ELF", execve("./elf", argv, env));
    say("execveat", "no folder", execveat(-7, "true", argv, env, 0));
    say("execveat", "no flag", execveat(AT_FDCWD, "/bin/true", argv, env, 1 << 30));
    say("execveat", "empty path", execveat(0, "", argv, env, AT_EMPTY_PATH));
    say("execveat", "a link", execveat(AT_FDCWD, "loop", argv, env, AT_SYMLINK_NOFOLLOW));
    say("fexecve", "no descriptor", fexecve(-1, argv, env));
    say("fexecve", "none open", fexecve(99, argv, env));
    say("execl", "missing", execl("./missing", "a", "b", (char *)NULL));
    say("execlp", "missing", execlp("missing", "a", (char *)NULL));
    say("execle", "missing", execle("./missing", "a", (char *)NULL, env));
    return 0;
}
