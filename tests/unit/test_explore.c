/* SPDX-License-Identifier: MIT
 *
 * Exploring in one run, in its parts: the table of names, and what a copy of this process shares
 * with it.
 */
#include "unit.h"

#include "decide/descriptors.h"
#include "common/explore_area.h"
#include "ground/kernel_copy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static struct explore_area *make_area(void)
{
    struct explore_area *area = mmap(NULL, sizeof *area, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(area, MAP_FAILED);
    return area;
}

START_TEST(name_is_new_once)
{
    struct explore_area *area = make_area();
    ck_assert(explore_enter(area, 4711));
    ck_assert(!explore_enter(area, 4711));
    ck_assert(explore_enter(area, 4711 ^ EXPLORE_IN_COPY));
}
END_TEST

START_TEST(full_table_says_so)
{
    struct explore_area *area = make_area();
    uint64_t name = 0;
    while (atomic_load(&area->names_full) == 0)
        explore_enter(area, ++name);
    ck_assert_uint_gt(name, EXPLORE_NAMES / 2);
}
END_TEST

static volatile sig_atomic_t told;

static void note(int number) { told = number; }

/* A copy that ends with what `as` returns, and is reaped. */
static int status_of_copy(int (*as)(void))
{
    int pid = kernel_copy_self();
    if (pid == 0)
        _exit(as());
    ck_assert_int_gt(pid, 0);
    while (!kernel_copy_wait(pid, UINT64_C(1000000000)))
        ;
    return kernel_copy_reap(pid);
}

static int seven(void) { return 7; }

START_TEST(end_of_a_copy_is_told_to_nobody_else)
{
    signal(SIGCHLD, note);
    int pid = kernel_copy_self();
    if (pid == 0)
        _exit(seven());
    while (!kernel_copy_wait(pid, UINT64_C(1000000000)))
        ;
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    int status = kernel_copy_reap(pid);
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(end_of_a_copy_is_told_though_nobody_wants_to_know_of_children)
{
    signal(SIGCHLD, SIG_IGN);
    int status = status_of_copy(seven);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

START_TEST(copy_that_goes_on_is_waited_for_no_longer)
{
    int pid = kernel_copy_self();
    if (pid == 0)
        for (;;)
            pause();
    ck_assert(!kernel_copy_wait(pid, 1000000));
    kernel_copy_kill(pid);
    int status = kernel_copy_reap(pid);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
}
END_TEST

static int file; /* opened by the test, read by the copy */

static int read_all_apart(void)
{
    char byte;
    if (!descriptors_take_apart("/dev/null", "/dev/null"))
        return 1;
    for (int i = 0; i < 5; i++)
        if (read(file, &byte, 1) != 1 || byte != "34567"[i])
            return 2;
    return 0;
}

static int make_file(const char *content)
{
    char path[] = "/tmp/memrestrict-unit-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    unlink(path);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

START_TEST(offset_of_a_file_is_each_ones_own)
{
    char byte;
    file = make_file("1234567");
    ck_assert_int_eq(lseek(file, 2, SEEK_SET), 2);
    ck_assert_int_eq(status_of_copy(read_all_apart), 0);
    ck_assert_int_eq(read(file, &byte, 1), 1);
    ck_assert_int_eq(byte, '3');
}
END_TEST

static char out[64], err[64];

static int print_apart(void)
{
    int other = dup(STDOUT_FILENO);
    if (!descriptors_take_apart(out, err))
        return 1;
    return write(STDOUT_FILENO, "out", 3) == 3 && write(STDERR_FILENO, "error", 5) == 5 &&
                   write(other, "more", 4) == 4
               ? 0
               : 2;
}

static off_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : -1;
}

START_TEST(output_by_any_descriptor_goes_to_files)
{
    char folder[] = "/tmp/memrestrict-unit-XXXXXX";
    int before[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)},
        files[] = {make_file(""), make_file("")};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(err, sizeof err, "%s/err", folder);
    for (int i = 0; i < 2; i++)
        dup2(files[i], STDOUT_FILENO + i);
    int status = status_of_copy(print_apart);
    for (int i = 0; i < 2; i++)
        dup2(before[i], STDOUT_FILENO + i);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(size_of(out), 7);
    ck_assert_int_eq(size_of(err), 5);
    ck_assert_int_eq(lseek(files[0], 0, SEEK_END), 0);
    unlink(out);
    unlink(err);
    rmdir(folder);
}
END_TEST

static int input; /* the end of a pipe */

static int read_standard_input(void)
{
    char byte;
    dup2(input, STDIN_FILENO);
    return descriptors_take_apart("/dev/null", "/dev/null") ? (int)read(STDIN_FILENO, &byte, 1) : 9;
}

START_TEST(input_that_is_no_file_is_left_to_the_program)
{
    int pipes[2];
    char byte;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(write(pipes[1], "x", 1), 1);
    input = pipes[0];
    ck_assert_int_eq(status_of_copy(read_standard_input), 0);
    ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
}
END_TEST

static int flags_kept(void)
{
    return descriptors_take_apart("/dev/null", "/dev/null") &&
                   (fcntl(file, F_GETFL) & O_APPEND) != 0 && fcntl(file, F_GETFD) == FD_CLOEXEC
               ? 0
               : 1;
}

START_TEST(flags_of_files_stay)
{
    file = make_file("");
    fcntl(file, F_SETFL, O_APPEND);
    fcntl(file, F_SETFD, FD_CLOEXEC);
    ck_assert_int_eq(status_of_copy(flags_kept), 0);
}
END_TEST

START_TEST(alarm_goes_on_where_it_was)
{
    struct kernel_timer timer;
    struct itimerval hour = {.it_value = {.tv_sec = 3600}}, now;
    setitimer(ITIMER_REAL, &hour, NULL);
    kernel_timer_stop(&timer);
    getitimer(ITIMER_REAL, &now);
    ck_assert_int_eq(now.it_value.tv_sec, 0);
    kernel_timer_go_on(&timer);
    getitimer(ITIMER_REAL, &now);
    ck_assert_int_gt(now.it_value.tv_sec, 3000);
}
END_TEST

Suite *suite_explore(void)
{
    Suite *suite = suite_create("explore");
    unit_add(suite, name_is_new_once);
    unit_add(suite, full_table_says_so);
    unit_add(suite, end_of_a_copy_is_told_to_nobody_else);
    unit_add(suite, end_of_a_copy_is_told_though_nobody_wants_to_know_of_children);
    unit_add(suite, copy_that_goes_on_is_waited_for_no_longer);
    unit_add(suite, offset_of_a_file_is_each_ones_own);
    unit_add(suite, output_by_any_descriptor_goes_to_files);
    unit_add(suite, input_that_is_no_file_is_left_to_the_program);
    unit_add(suite, flags_of_files_stay);
    unit_add(suite, alarm_goes_on_where_it_was);
    return suite;
}
