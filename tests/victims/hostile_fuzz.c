/* SPDX-License-Identifier: MIT
 *
 * Writes random and chosen values over all memory that the run shares, while others come and go:
 * hostile_fuzz SEED ROUNDS.
 */
#include "hostile.h"

#include <stddef.h>
#include <sys/wait.h>

static uint64_t state;

static uint64_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static uint64_t below(uint64_t number) { return any() % number; }

static uint64_t value(void)
{
    static const uint64_t chosen[] = {
        0,          1,         UINT64_MAX,        INT64_MAX,      UINT64_C(1) << 63,
        UINT32_MAX, INT32_MAX, UINT64_C(1) << 31, ACCOUNTS_SLOTS, ACCOUNTS_COMMAND,
        8191,       8192};
    uint64_t pid = (uint64_t)(uint32_t)getpid();
    switch (below(6)) {
    case 0: return chosen[below(sizeof chosen / sizeof chosen[0])];
    case 1: return below(5000);
    case 2: return pid << 32 | pid;
    case 3: return any() << 48 | any();
    case 4: return -below(100);
    default: return any();
    }
}

static void put(void *memory, size_t offset, size_t bytes)
{
    static const size_t widths[] = {1, 2, 4, 8};
    size_t width = widths[below(4)];
    uint64_t what = value();
    if (offset + 8 <= bytes)
        memcpy((char *)memory + offset / width * width, &what, width);
}

static size_t place_in_accounts(void)
{
    size_t slots = offsetof(struct accounts, slots), one = sizeof(struct account);
    switch (below(6)) {
    case 0: return 24 + below(256); /* what says whose it is stays, or nothing more is looked at */
    case 1: return offsetof(struct accounts, owners) + below(128);
    case 2: return below(sizeof(struct accounts));
    case 3: return slots + below(8) * one + below(one);
    default: return slots + below(4) * one + below(700);
    }
}

static size_t place_in_sites(void)
{
    size_t area = SITES_AREA * (1 + below(4));
    switch (below(6)) {
    case 0: return below(64);
    case 1: return area + below(128);
    case 2: return area + offsetof(struct sites_area, modules) + below(8 * 544);
    case 3: return area + offsetof(struct sites_area, sites) + below(64 * sizeof(struct site));
    case 4: return area + offsetof(struct sites_area, crash) + below(sizeof(struct sites_crash));
    default: return area + below(sizeof(struct sites_area));
    }
}

static size_t place_in_explored(void)
{
    switch (below(3)) {
    case 0: return 16 + below(32);
    case 1: return offsetof(struct explore_area, folder) + below(EXPLORE_FOLDER + 256);
    default:
        return offsetof(struct explore_area, records) + below(16 * sizeof(struct explore_record));
    }
}

static void come_and_go(void)
{
    pid_t child = fork();
    if (child == 0) {
        free(malloc(below(100000)));
        _exit((int)below(3));
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    struct accounts *accounts = hostile_accounts();
    void *sites = hostile_other(accounts, accounts->sites, SITES_AREA * 5);
    void *explored = hostile_other(accounts, accounts->explore, sizeof(struct explore_area));
    hostile_drop_rights();
    state = strtoull(argc > 1 ? argv[1] : "1", NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    long rounds = argc > 2 ? atol(argv[2]) : 50;
    for (long round = 0; round < rounds; round++) {
        if (below(8) == 0)
            come_and_go();
        for (int i = 0; i < 200; i++) {
            put(accounts, place_in_accounts(), sizeof *accounts);
            if (sites != NULL)
                put(sites, place_in_sites(), SITES_AREA * 5);
            if (explored != NULL)
                put(explored, place_in_explored(), sizeof(struct explore_area));
        }
        usleep(2000);
    }
    _exit(0);
}
