/* SPDX-License-Identifier: MIT
 *
 * For programs that write into the memory of their run: they map it themselves, whole, by the
 * variable that names it, so that what the library has mapped does not matter.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "common/accounts.h"
#include "common/explore_area.h"
#include "common/sites_area.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void *hostile_map(const char *path, size_t bytes)
{
    int fd = open(path, O_RDWR);
    void *pages = fd < 0 ? MAP_FAILED : mmap(NULL, bytes, 3, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return pages == MAP_FAILED ? NULL : pages;
}

static inline struct accounts *hostile_accounts(void)
{
    char path[128] = "";
    const char *setting = getenv("MEMRESTRICT_ACCOUNTS");
    if (setting != NULL)
        snprintf(path, sizeof path, "%.*s", (int)strcspn(setting, ","), setting);
    struct accounts *accounts = hostile_map(path, sizeof *accounts);
    if (accounts != NULL)
        return accounts;
    fputs("no accounts to write into\n", stderr);
    _exit(9);
}

/* Of the other memory the command's descriptor is known; NULL: the run has none. */
static inline void *hostile_other(const struct accounts *accounts, int fd, size_t bytes)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", accounts->command, fd);
    return fd < 0 ? NULL : hostile_map(path, bytes);
}

/* From here on as another user, where HOSTILE_UID says which: as a daemon that drops its rights. */
static inline void hostile_drop_rights(void)
{
    const char *uid = getenv("HOSTILE_UID");
    if (uid != NULL && (setgid((gid_t)atoi(uid)) != 0 || setuid((uid_t)atoi(uid)) != 0))
        _exit(9);
}

/* The slot of this process. */
static inline struct account *hostile_own(struct accounts *accounts)
{
    for (unsigned i = 0; i < ACCOUNTS_SLOTS; i++)
        if (accounts->slots[i].pid == getpid() && accounts->slots[i].state == ACCOUNT_LIVE)
            return &accounts->slots[i];
    fputs("no slot of my own\n", stderr);
    _exit(9);
}

static inline uint64_t hostile_start_of(int pid)
{
    char path[64], text[1024];
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at != NULL)
        sscanf(at, " %llu", &start);
    return start;
}

/* A slot that says that it is of this process. */
static inline void hostile_forge(struct accounts *accounts, unsigned slot, int pid, uint64_t start)
{
    struct account *account = &accounts->slots[slot];
    account->pid = pid;
    account->start_time = start;
    strcpy(account->program, "ghost");
    accounts->owners[slot] = (uint64_t)(uint32_t)pid << 32 | (uint32_t)start;
    account->state = ACCOUNT_LIVE;
    if (accounts->top <= slot)
        accounts->top = slot + 1;
}

#endif
