/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "common/proc.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static uint64_t bytes_in(const char *text)
{
    char path[64];
    int fd = memfd_create("status", MFD_CLOEXEC);
    ck_assert(fd >= 0 && dprintf(fd, "%s", text) > 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint64_t bytes = proc_bytes(path, "VmData:");
    close(fd);
    return bytes;
}

START_TEST(proc_bytes_are_those_of_the_line_that_begins_so)
{
    ck_assert_uint_eq(bytes_in("VmData:\t   7 kB\n"), 7 << 10);
    ck_assert_uint_eq(bytes_in("Name:\tVmData:1\nVmData:\t   7 kB\nVmStk: 9 kB\n"), 7 << 10);
    ck_assert_uint_eq(bytes_in("Name:\tVmData:1\nVmStk: 9 kB\n"), 0);
    ck_assert_uint_eq(bytes_in("VmDataVmData:3\nVmStk: 9 kB\nVmData:"), 0);
}
END_TEST

/* A process has the name that it chooses. */
START_TEST(proc_tracer_is_nobody_by_a_name)
{
    int tracer = proc_tracer();
    ck_assert_int_eq(prctl(PR_SET_NAME, "TracerPid:1"), 0);
    ck_assert_int_eq(proc_tracer(), tracer);
}
END_TEST

Suite *suite_proc(void)
{
    Suite *suite = suite_create("proc");
    unit_add(suite, proc_bytes_are_those_of_the_line_that_begins_so);
    unit_add(suite, proc_tracer_is_nobody_by_a_name);
    return suite;
}
