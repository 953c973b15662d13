/* SPDX-License-Identifier: MIT
 *
 * What a process notes of its address space when the kernel fails a call, from lists of mappings
 * of the test's own.
 */
#include "unit.h"

#include "common/kernel.h"
#include "decide/space_look.h"
#include "ground/maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static struct account_space space;

static void look_at(const char *list)
{
    static char path[64];
    int fd = memfd_create("maps", MFD_CLOEXEC);
    ck_assert(fd >= 0 && write(fd, list, strlen(list)) == (ssize_t)strlen(list));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    maps_source = path;
    space_look(&space);
    close(fd);
}

/* Right below the end of what a program can have, so that it is above any heap. */
#if UINTPTR_MAX > UINT32_MAX
#define HIGH "7fff0000000"
#else
#define HIGH "bf00000"
#endif

START_TEST(space_look_sums_and_names_what_is_next)
{
    look_at("1000-2000 r-xp 00000000 fe:00 11 /bin/prog\n"
            "2000-4000 rw-p 00001000 fe:00 11 /bin/prog\n"
            "10000-11000 ---p 00000000 00:00 0 \n"
            "11000-12000 rw-s 00000000 00:00 0 \n" HIGH "0-" HIGH
            "8 r--p 00000000 fe:00 12                         /lib/a b/ libc.so.6 \n" HIGH "8-" HIGH
            "a rw-p 00000000 00:00 0                  [stack]\n"
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n");
    ck_assert_uint_eq(space.known, 1);
    ck_assert_uint_eq(space.mappings, 6);
    ck_assert_uint_eq(space.mapped, 0x5000 + 10);
    ck_assert_uint_eq(space.data, 0x2000);
    uint64_t high = strtoull(HIGH "0", NULL, 16);
    ck_assert_uint_eq(space.largest_gap, high - 0x12000);
    ck_assert_uint_eq(space.heap_gap, high - kernel_break(0));
    ck_assert_str_eq(space.next, " libc.so.6 ");
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_uint_eq(space.address_limit,
                      limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur);
}
END_TEST

START_TEST(space_look_cuts_long_names)
{
    char list[600];
    snprintf(list, sizeof list, HIGH "0-" HIGH "8 r--p 00000000 fe:00 12 /%0500d\n", 7);
    look_at(list);
    ck_assert_uint_eq(space.known, 1);
    ck_assert_uint_eq(strlen(space.next), ACCOUNTS_NAME - 1);
    memset(&space, 0, sizeof space);
    look_at(HIGH "0-" HIGH "8 r--p 00000000 00:00 0 \n");
    ck_assert_str_eq(space.next, "");
    ck_assert_uint_eq(space.known, 1);
}
END_TEST

START_TEST(space_look_knows_when_it_cannot)
{
    maps_source = "/nowhere";
    space_look(&space);
    ck_assert_uint_eq(space.known, 0);
    maps_source = "/"; /* opens, and cannot be read */
    space_look(&space);
    ck_assert_uint_eq(space.known, 0);
}
END_TEST

Suite *suite_space_look(void)
{
    Suite *suite = suite_create("space_look");
    unit_add(suite, space_look_sums_and_names_what_is_next);
    unit_add(suite, space_look_cuts_long_names);
    unit_add(suite, space_look_knows_when_it_cannot);
    return suite;
}
