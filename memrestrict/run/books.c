/* SPDX-License-Identifier: MIT */
#include "run/books.h"

#include "common/kernel.h"
#include "common/proc.h"
#include "base/fd.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A limit on the size of files is meant for files: as far as we may, we do without it here. Past
 * it, the kernel would end us by a signal. */
static bool set_size(int fd, off_t size)
{
    struct rlimit limit;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    sigaction(SIGXFSZ, &ignore, &before);
    setrlimit(RLIMIT_FSIZE, &raised);
    bool set = ftruncate(fd, size) == 0;
    int saved_errno = errno;
    setrlimit(RLIMIT_FSIZE, &limit);
    sigaction(SIGXFSZ, &before, NULL);
    errno = saved_errno;
    return set;
}

static struct accounts *map(int fd)
{
    void *pages = mmap(NULL, sizeof(struct accounts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void fill(struct accounts *accounts, uint64_t tree_limit, uint64_t reserve, int sites,
                 int explore)
{
    struct proc_stat stat = {0};
    proc_stat("/proc/self/stat", &stat);
    accounts->version = ACCOUNTS_VERSION;
    accounts->size = sizeof *accounts;
    accounts->command = getpid();
    accounts->command_start = stat.start_time;
    accounts->pid_namespace = proc_pid_namespace();
    accounts->sites = sites;
    accounts->explore = explore;
    accounts->reserve = reserve;
    accounts->tree_limit = tree_limit;
    accounts->magic = ACCOUNTS_MAGIC;
}

bool books_open(struct books *books, uint64_t tree_limit, uint64_t reserve, int sites, int explore)
{
    books->accounts = NULL;
    books->fd = fd_above(memfd_create("memrestrict", MFD_CLOEXEC));
    if (books->fd >= 0 && set_size(books->fd, sizeof *books->accounts))
        books->accounts = map(books->fd);
    if (books->accounts == NULL) {
        message("cannot make the accounts, %zu KiB of shared memory: %s%s",
                sizeof *books->accounts / 1024, strerror(errno),
                errno == EFBIG ? " (see ulimit -f)" : "");
        if (books->fd >= 0)
            close(books->fd);
        return false;
    }
    fill(books->accounts, tree_limit, reserve, sites, explore);
    return true;
}

bool books_have_tree_limit(const char *setting)
{
    char path[128] = "";
    int error;
    struct stat status;
    struct accounts *accounts = NULL;
    if (setting != NULL) /* as the library reads it: the path, a comma, and the limit again */
        snprintf(path, sizeof path, "%.*s", (int)strcspn(setting, ","), setting);
    if (stat(path, &status) == 0 && status.st_size >= (off_t)sizeof *accounts)
        accounts = kernel_map_shared(path, 0, sizeof *accounts, &error);
    if (accounts == NULL)
        return false;
    bool limited =
        accounts_are_ours(accounts, sizeof *accounts) && accounts->tree_limit != ACCOUNTS_UNLIMITED;
    kernel_pages_free(accounts, sizeof *accounts);
    return limited;
}
