/* SPDX-License-Identifier: MIT
 *
 * Writes what cannot be into the accounts of its run, then sleeps and ends well:
 * hostile_writes MILLISECONDS WHAT [NUMBER]...
 */
#include "hostile.h"

#include <dirent.h>

static void write_it(struct accounts *accounts, const char *what, long number, long other)
{
    if (strcmp(what, "top") == 0)
        accounts->top = (uint32_t)number;
    else if (strcmp(what, "lock") == 0)
        accounts->lock = (int32_t)number;
    else if (strcmp(what, "pid") == 0)
        hostile_forge(accounts, 1, (int)number, hostile_start_of((int)number));
    else if (strcmp(what, "twice") == 0)
        hostile_forge(accounts, 1, getpid(), hostile_start_of(getpid()));
    else if (strcmp(what, "other-start") == 0)
        hostile_forge(accounts, 1, getpid(), 7);
    else if (strcmp(what, "ghosts") == 0)
        for (long slot = 1; slot < number; slot++)
            hostile_forge(accounts, (unsigned)slot, 4000000, 7);
    else if (strcmp(what, "used") == 0)
        hostile_own(accounts)->used = (uint64_t)number;
    else if (strcmp(what, "name") == 0)
        memset(hostile_own(accounts)->program, 0x1b, ACCOUNTS_NAME);
    else if (strcmp(what, "owner") == 0)
        accounts->owners[accounts_number(hostile_own(accounts))] = (uint64_t)number;
    if (strcmp(what, "ghosts") == 0)
        accounts->lock = (int32_t)other;
}

/* Children come, and go while the lock is kept. */
static void keep_lock(struct accounts *accounts, long children)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        _exit(9);
    for (long i = 0; i < children; i++)
        if (fork() == 0) {
            close(ends[1]);
            _exit(read(ends[0], &byte, 1) == 0 ? 0 : 9);
        }
    accounts->lock = hostile_own(accounts)->ticket;
    close(ends[1]);
}

/* Whatever memory of the command's can be opened. */
static void cut_short(int command)
{
    char folder[64], path[400], target[256];
    snprintf(folder, sizeof folder, "/proc/%d/fd", command);
    DIR *descriptors = opendir(folder);
    struct dirent *entry;
    while (descriptors != NULL && (entry = readdir(descriptors)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        int fd = length > 7 && memcmp(target, "/memfd:", 7) == 0 ? open(path, O_RDWR) : -1;
        if (fd >= 0 && ftruncate(fd, 0) == 0)
            fputs("cut short\n", stderr);
    }
}

/* accounts_number is of the library's inside. */
unsigned accounts_number(const struct account *account)
{
    return ((unsigned)account->ticket & 8191) - 1;
}

int main(int argc, char **argv)
{
    struct accounts *accounts = hostile_accounts();
    struct explore_area *area =
        hostile_other(accounts, accounts->explore, sizeof(struct explore_area));
    if (argc < 3)
        return 9;
    hostile_drop_rights();
    if (strcmp(argv[2], "cut") == 0)
        cut_short(accounts->command);
    else if (strcmp(argv[2], "keep") == 0)
        keep_lock(accounts, argc > 3 ? atol(argv[3]) : 0);
    else if (strcmp(argv[2], "folder") == 0 && area != NULL)
        strcpy(area->folder, argv[3]);
    else
        write_it(accounts, argv[2], argc > 3 ? atol(argv[3]) : 0, argc > 4 ? atol(argv[4]) : 0);
    usleep((unsigned)atoi(argv[1]) * 1000);
    _exit(0);
}
