/* SPDX-License-Identifier: MIT
 *
 * Files are not written through links that another user made. Where the test is root, the other
 * user is 65534.
 */
#include "unit.h"

#include "common/path_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHER = 65534, FLAGS = O_WRONLY | O_CREAT | O_CLOEXEC };

static char folder[64];

static void enter(void)
{
    strcpy(folder, "/tmp/memrestrict-path-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void expect_opened(const char *path, const char *file)
{
    struct stat one, other;
    int fd = path_open(path, FLAGS);
    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(-fd));
    ck_assert_int_eq(fstat(fd, &one), 0);
    ck_assert_int_eq(stat(file, &other), 0);
    ck_assert_uint_eq(one.st_ino, other.st_ino);
    close(fd);
}

static void expect_error(const char *path, int error)
{
    int fd = path_open(path, FLAGS);
    ck_assert_msg(fd == -error, "%s: %d", path, fd);
}

START_TEST(paths_lead_where_they_lead)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s//./new", folder);
    ck_assert_int_eq(mkdir("d", 0700), 0);
    expect_opened("new", "new");
    expect_opened(whole, "new");
    expect_opened("d/../d/./x", "d/x");
    expect_error("d", EISDIR);
    expect_error(".", EISDIR);
    expect_error("/", EISDIR);
    expect_error("d/", EISDIR);
    expect_error("new/x", ENOTDIR);
    expect_error("no/x", ENOENT);
    expect_error("", ENOENT);
}
END_TEST

START_TEST(paths_follow_our_own_links)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s/d", folder);
    ck_assert_int_eq(mkdir("d", 0700) | symlink("d/x", "l") | symlink(whole, "e"), 0);
    ck_assert_int_eq(symlink("../l", "d/m") | symlink("loop", "loop"), 0);
    expect_opened("l", "d/x");
    expect_opened("e/x", "d/x");
    expect_opened("e/m", "d/x");
    expect_error("loop", ELOOP);
}
END_TEST

START_TEST(paths_follow_links_of_the_kernel)
{
    int pipe_ends[2];
    char path[64];
    ck_assert_int_eq(pipe(pipe_ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", pipe_ends[1]);
    int fd = path_open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "x", 1), 1);
    snprintf(path, sizeof path, "/dev/fd/%d", pipe_ends[1]);
    ck_assert_int_ge(path_open(path, O_WRONLY | O_CLOEXEC), 0);
    fd = path_open("/proc/self/cwd/new", FLAGS);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(access("new", F_OK), 0);
}
END_TEST

static bool give_away(const char *link) { return lchown(link, OTHER, OTHER) == 0; }

START_TEST(paths_do_not_follow_links_of_others)
{
    if (geteuid() != 0)
        SKIP("%s", "only root can make another user's link");
    FILE *file = fopen("secret", "w");
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(mkdir("d", 0700) | mkdir("open", 0700) | chmod("open", 01777), 0);
    ck_assert_int_eq(symlink("../secret", "open/l") | symlink("../d", "open/d"), 0);
    ck_assert_int_eq(symlink("l", "open/ours"), 0);
    ck_assert(give_away("open/l") && give_away("open/d"));
    expect_error("open/l", ELOOP);
    expect_error("open/d/x", ELOOP);
    expect_error("open/ours", ELOOP);
    ck_assert_int_eq(access("d/x", F_OK), -1);
    ck_assert(seteuid(OTHER) == 0);
    expect_error("open/l", EACCES); /* followed: it is theirs */
    ck_assert(seteuid(0) == 0);     /* or a sanitizer cannot look for leaks at the end */
}
END_TEST

START_TEST(places_are_where_they_were_when_the_folder_moves)
{
    struct path_place place;
    ck_assert_int_eq(mkdir("d", 0700), 0);
    ck_assert_int_eq(path_find("d/x", &place), 0);
    ck_assert_int_eq(rename("d", "e") | symlink("/", "d"), 0);
    int fd = path_open_at(&place, FLAGS);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(access("e/x", F_OK), 0);
    close(fd);
    path_leave(&place);
}
END_TEST

static void add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, RUN_SECONDS);
    tcase_add_checked_fixture(tcase, enter, leave);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

Suite *suite_path_open(void)
{
    Suite *suite = suite_create("path_open");
    add(suite, paths_lead_where_they_lead);
    add(suite, paths_follow_our_own_links);
    add(suite, paths_follow_links_of_the_kernel);
    add(suite, paths_do_not_follow_links_of_others);
    add(suite, places_are_where_they_were_when_the_folder_moves);
    return suite;
}
