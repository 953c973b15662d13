/* SPDX-License-Identifier: MIT */
#include "trial/sandbox_mount.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on all machines. */
enum { OPEN_TREE = 428, MOVE_MOUNT = 429, SET_ATTRIBUTES = 442 };
enum { CLONE_TREE = 1, RECURSIVE = 0x8000, FROM_DESCRIPTOR = 4, READ_ONLY = 1 };

struct attributes {
    uint64_t set, clear, propagation, user_namespace;
};

int sandbox_mount_clone(const char *path)
{
    return fd_above(
        (int)syscall(OPEN_TREE, AT_FDCWD, path, CLONE_TREE | RECURSIVE | (unsigned)O_CLOEXEC));
}

bool sandbox_mount_put(int tree, const char *path)
{
    bool done = syscall(MOVE_MOUNT, tree, "", AT_FDCWD, path, FROM_DESCRIPTOR) == 0;
    int reason = errno;
    close(tree);
    errno = reason;
    return done;
}

bool sandbox_mount_protect(void)
{
    const struct attributes attributes = {.set = READ_ONLY};
    return syscall(SET_ATTRIBUTES, AT_FDCWD, "/", RECURSIVE, &attributes, sizeof attributes) == 0;
}

bool sandbox_mount_memory(const char *path)
{
    return mount("tmpfs", path, "tmpfs", MS_NOSUID, "mode=755") == 0;
}

bool sandbox_mount_terminals(const char *path)
{
    return mount("devpts", path, "devpts", MS_NOSUID | MS_NOEXEC,
                 "newinstance,ptmxmode=0666,mode=620") == 0;
}

/* The folder's own mode and owner are those of its changes. */
static bool make_upper(int storage, const char *name, const struct stat *status)
{
    return mkdirat(storage, name, 0700) == 0 &&
           (fchownat(storage, name, status->st_uid, status->st_gid, 0) == 0 || errno == EPERM ||
            errno == EINVAL) &&
           fchmodat(storage, name, status->st_mode & 07777, 0) == 0;
}

/* Attributes of its own it keeps as a user's where it may not keep others; where it may keep none,
 * it does without. */
static bool lay(const char *path, int lower, int storage, const char *name)
{
    static const char *const keeps[] = {"", ",userxattr"};
    char words[256];
    for (int i = 0; i < 2; i++) {
        snprintf(words, sizeof words,
                 "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d/%s,"
                 "workdir=/proc/self/fd/%d/%s.work%s",
                 lower, storage, name, storage, name, keeps[i]);
        if (mount("overlay", path, "overlay", MS_NOSUID, words) == 0)
            return true;
    }
    return false;
}

bool sandbox_mount_changes(const char *path, int storage, const char *name)
{
    char work[64];
    struct stat status;
    int lower = fd_above(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
    snprintf(work, sizeof work, "%s.work", name);
    bool done = lower >= 0 && fstat(lower, &status) == 0 && make_upper(storage, name, &status) &&
                mkdirat(storage, work, 0700) == 0 && lay(path, lower, storage, name);
    int reason = errno;
    if (lower >= 0)
        close(lower);
    errno = reason;
    return done;
}
