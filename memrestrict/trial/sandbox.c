/* SPDX-License-Identifier: MIT */
#include "trial/sandbox.h"

#include "base/fd.h"
#include "trial/sandbox_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                      "/dev/random", "/dev/urandom", "/dev/tty"};
enum { DEVICES = sizeof devices / sizeof devices[0] };

/* What is open while the namespace is made. */
struct making {
    const char *kept;
    char here[PATH_MAX]; /* the working directory */
    int kept_tree, here_tree, proc_tree, device_trees[DEVICES];
    int storage;  /* of changes: in memory */
    int *changes; /* of the working directory; NULL: it is itself */
};

static bool write_file(const char *path, const char *words)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words);
    int reason = errno;
    if (fd >= 0)
        close(fd);
    errno = reason;
    return done;
}

static bool write_map(const char *path, unsigned id)
{
    char words[64];
    snprintf(words, sizeof words, "%u %u 1", id, id);
    return write_file(path, words);
}

/* Who may not mount may in a user namespace, where he is who he is. */
static bool leave_namespaces(void)
{
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWNS) == 0)
        return true;
    return errno == EPERM && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_file("/proc/self/setgroups", "deny") && write_map("/proc/self/uid_map", user) &&
           write_map("/proc/self/gid_map", group) &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool find_here(struct making *making)
{
    if (getcwd(making->here, sizeof making->here) == NULL)
        return false;
    errno = EBUSY;
    return strcmp(making->here, "/") != 0;
}

/* What stays as it is. A device that is not there is not needed. */
static bool clone_trees(struct making *making)
{
    making->kept_tree = sandbox_mount_clone(making->kept);
    making->here_tree = sandbox_mount_clone(".");
    making->proc_tree = sandbox_mount_clone("/proc");
    for (int i = 0; i < DEVICES; i++)
        making->device_trees[i] = sandbox_mount_clone(devices[i]);
    return making->kept_tree >= 0 && making->here_tree >= 0 && making->proc_tree >= 0;
}

static bool make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return fd >= 0 && close(fd) == 0;
}

static bool make_devices(const struct making *making)
{
    static const struct {
        const char *to, *name;
    } links[] = {{"/proc/self/fd", "/dev/fd"},
                 {"/proc/self/fd/0", "/dev/stdin"},
                 {"/proc/self/fd/1", "/dev/stdout"},
                 {"/proc/self/fd/2", "/dev/stderr"},
                 {"pts/ptmx", "/dev/ptmx"}};
    bool done = sandbox_mount_memory("/dev");
    for (int i = 0; i < DEVICES && done; i++)
        done = making->device_trees[i] < 0 ||
               (make_file(devices[i]) && sandbox_mount_put(making->device_trees[i], devices[i]));
    for (size_t i = 0; i < sizeof links / sizeof links[0] && done; i++)
        done = symlink(links[i].to, links[i].name) == 0;
    done = done && mkdir("/dev/shm", 0700) == 0 && chmod("/dev/shm", 01777) == 0 &&
           mkdir("/dev/pts", 0755) == 0;
    return done && (sandbox_mount_terminals("/dev/pts") || true);
}

static bool open_storage(struct making *making)
{
    if (!sandbox_mount_memory(making->kept))
        return false;
    making->storage = fd_above(open(making->kept, O_PATH | O_DIRECTORY | O_CLOEXEC));
    return making->storage >= 0;
}

/* One may be in another, or a link to it. */
static bool cover_temporary(const struct making *making)
{
    static const char *const always[] = {"/tmp", "/var/tmp"};
    char folder[PATH_MAX], name[8];
    const char *paths[3] = {always[0], always[1], folder};
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(making->kept, '/') - making->kept),
             making->kept);
    bool done = true;
    for (int i = 0; i < 3 && done; i++) {
        snprintf(name, sizeof name, "%d", i);
        if (i == 2 && (strcmp(folder, always[0]) == 0 || strcmp(folder, always[1]) == 0))
            break;
        done =
            access(paths[i], F_OK) != 0 || sandbox_mount_changes(paths[i], making->storage, name);
    }
    return done;
}

/* The directory's own tree is put over what is there, and the changes over that. */
static bool put_here(struct making *making)
{
    if (!sandbox_mount_put(making->here_tree, making->here))
        return false;
    if (making->changes == NULL)
        return true;
    if (!sandbox_mount_changes(making->here, making->storage, "here"))
        return false;
    *making->changes =
        fd_above(openat(making->storage, "here", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return *making->changes >= 0;
}

/* The working directory may be above the kept folder, or below it. */
static bool put_trees(struct making *making)
{
    size_t length = strlen(making->here);
    bool above = strncmp(making->kept, making->here, length) == 0 && making->kept[length] == '/';
    if (above && !put_here(making))
        return false;
    return sandbox_mount_put(making->kept_tree, making->kept) && (above || put_here(making)) &&
           sandbox_mount_put(making->proc_tree, "/proc") && chdir(making->here) == 0;
}

bool sandbox_enter(const char *kept, int *changes, const char **step)
{
    static struct making making;
    making = (struct making){.kept = kept, .changes = changes};
    *step = "the working directory";
    if (!find_here(&making))
        return false;
    *step = "a mount namespace";
    if (!leave_namespaces())
        return false;
    *step = "mounts of its own";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !clone_trees(&making) ||
        !sandbox_mount_protect())
        return false;
    *step = "a /dev of its own";
    if (!make_devices(&making))
        return false;
    *step = "an overlay of temporary folders";
    if (!open_storage(&making) || !cover_temporary(&making))
        return false;
    *step = changes != NULL ? "an overlay of the working directory" : "the working directory";
    bool done = put_trees(&making);
    int reason = errno;
    close(making.storage);
    errno = reason;
    return done;
}

/* In a process that is to end: says why not by the pipe. */
static _Noreturn void attempt(const char *kept, bool changes, int to)
{
    const char *step;
    int folder;
    if (!sandbox_enter(kept, changes ? &folder : NULL, &step))
        dprintf(to, "%s: %s", step, strerror(errno));
    _exit(0);
}

const char *sandbox_trouble(const char *kept, bool changes)
{
    static char words[128];
    int ends[2], pid = -1;
    ssize_t length = 0;
    if (!fd_pipe(ends))
        return strerror(errno);
    pid = fork();
    if (pid == 0)
        attempt(kept, changes, ends[1]);
    close(ends[1]);
    if (pid < 0)
        snprintf(words, sizeof words, "%s", strerror(errno));
    else
        while ((length = read(ends[0], words, sizeof words - 1)) < 0 && errno == EINTR)
            ;
    if (pid > 0)
        words[length > 0 ? length : 0] = '\0';
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return words[0] != '\0' ? words : NULL;
}
