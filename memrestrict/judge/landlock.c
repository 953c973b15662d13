/* SPDX-License-Identifier: MIT */
#include "judge/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on all machines. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { VERSION = 1, PATH_BENEATH = 1, SCOPES_SINCE = 6, NET_SINCE = 4 };
enum { EXECUTE = 1 << 0, READ_FILE = 1 << 2, READ_DIR = 1 << 3, SCOPE_SIGNAL = 1 << 1 };

struct ruleset {
    uint64_t files, net, scoped;
};

struct __attribute__((packed)) beneath {
    uint64_t allowed;
    int32_t folder;
};

static long version(void) { return syscall(CREATE_RULESET, NULL, 0, VERSION); }

int landlock_make(bool files)
{
    long known = version();
    bool scopes = known >= SCOPES_SINCE;
    struct ruleset ruleset = {.files = files ? EXECUTE | READ_FILE | READ_DIR : 0,
                              .scoped = scopes ? SCOPE_SIGNAL : 0};
    size_t size = scopes               ? sizeof ruleset
                  : known >= NET_SINCE ? offsetof(struct ruleset, scoped)
                                       : offsetof(struct ruleset, net);
    if (known < 1 || (!files && !scopes))
        return -1;
    return (int)syscall(CREATE_RULESET, &ruleset, size, 0);
}

bool landlock_add(int ruleset, const char *path, bool listed_alone)
{
    struct stat status;
    struct beneath rule = {.folder = open(path, O_PATH | O_CLOEXEC)};
    if (rule.folder < 0)
        return false;
    rule.allowed = listed_alone ? 0 : EXECUTE | READ_FILE;
    if (fstat(rule.folder, &status) == 0 && S_ISDIR(status.st_mode))
        rule.allowed |= READ_DIR;
    bool done = syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0) == 0;
    int reason = errno;
    close(rule.folder);
    errno = reason;
    return done;
}

bool landlock_enter(int ruleset) { return syscall(RESTRICT_SELF, ruleset, 0) == 0; }
