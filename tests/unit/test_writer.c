/* SPDX-License-Identifier: MIT
 *
 * Text that never outgrows its buffer, and sinks that reach their own file or none, whatever the
 * program did to the descriptors. Files are made in a folder of the test's own.
 */
#include "unit.h"

#include "common/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct text text;

static const char *words(void)
{
    static char copy[WRITER_ROOM + 1];
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    return copy;
}

static struct text text_of(const char *word)
{
    struct text made = {.length = 0};
    text_add(&made, word);
    return made;
}

#define FOLDER P_tmpdir "/unit.XXXXXX"
static char folder[] = FOLDER;

/* A path in the folder, static for each of two names in turn. */
static const char *in_folder(const char *name)
{
    static char paths[2][sizeof folder + 100];
    static unsigned next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Both are run by the test's parent, so that a test that crashes leaves nothing behind. */
static void make_folder(void)
{
    strcpy(folder, FOLDER);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"a", "b", "a (deleted)"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
}

static int open_file(const char *name)
{
    int fd = open(in_folder(name), O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void expect_content(const char *name, const char *content)
{
    char found[200] = "";
    int fd = open(in_folder(name), O_RDONLY);
    ck_assert_msg(fd >= 0, "no file %s", name);
    ck_assert_int_ge(read(fd, found, sizeof found - 1), 0);
    close(fd);
    ck_assert_str_eq(found, content);
}

static int write_words(struct sink *sink, const char *word)
{
    struct text line = text_of(word);
    return sink_write(sink, &line);
}

static struct sink sink_at(const char *path)
{
    struct sink sink = {.fd = -1};
    strcpy(sink.path, path);
    return sink;
}

START_TEST(numbers_are_written_in_decimal)
{
    static const struct {
        uint64_t number;
        const char *words;
    } numbers[] = {{0, "0"},
                   {9, "9"},
                   {10, "10"},
                   {1000, "1000"},
                   {4294967296, "4294967296"},
                   {UINT64_MAX, "18446744073709551615"}};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        text.length = 0;
        text_add_number(&text, numbers[i].number);
        ck_assert_str_eq(words(), numbers[i].words);
    }
}
END_TEST

START_TEST(numbers_are_written_in_hexadecimal)
{
    text.length = 0;
    text_add_hexadecimal(&text, 0, 1);
    text_add_char(&text, ' ');
    text_add_hexadecimal(&text, 0xab0, 1);
    text_add_char(&text, ' ');
    text_add_hexadecimal(&text, 0xab0, 16);
    text_add_char(&text, ' ');
    text_add_hexadecimal(&text, UINT64_MAX, 1);
    ck_assert_str_eq(words(), "0 ab0 0000000000000ab0 ffffffffffffffff");
}
END_TEST

START_TEST(sizes_change_units_at_their_edges)
{
    static const struct {
        uint64_t bytes;
        const char *words;
    } sizes[] = {
        {0, "0 bytes"},
        {1, "1 byte"},
        {2, "2 bytes"},
        {1023, "1023 bytes"},
        {1024, "1024 bytes (1.0 KiB)"},
        {1126, "1126 bytes (1.0 KiB)"},
        {1127, "1127 bytes (1.1 KiB)"},
        {1535, "1535 bytes (1.4 KiB)"},
        {1536, "1536 bytes (1.5 KiB)"},
        {1048575, "1048575 bytes (1023.9 KiB)"},
        {1048576, "1048576 bytes (1.0 MiB)"},
        {67108864, "67108864 bytes (64.0 MiB)"},
        {1073741823, "1073741823 bytes (1023.9 MiB)"},
        {1073741824, "1073741824 bytes (1.0 GiB)"},
        {UINT64_C(1) << 40, "1099511627776 bytes (1.0 TiB)"},
        {UINT64_C(1) << 50, "1125899906842624 bytes (1.0 PiB)"},
        {(UINT64_C(1) << 60) - 1, "1152921504606846975 bytes (1023.9 PiB)"},
        {UINT64_C(1) << 60, "1152921504606846976 bytes (1.0 EiB)"},
        {UINT64_MAX, "18446744073709551615 bytes (15.9 EiB)"},
    };
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        text.length = 0;
        text_add_size(&text, sizes[i].bytes);
        ck_assert_str_eq(words(), sizes[i].words);
    }
}
END_TEST

START_TEST(a_full_text_is_cut_off)
{
    struct {
        struct text text;
        char beyond[64];
    } room = {.text = {.length = 0}};
    memset(room.beyond, '!', sizeof room.beyond);
    for (int i = 0; i < WRITER_ROOM / 3 + 10; i++)
        text_add(&room.text, "abc");
    text_add_number(&room.text, UINT64_MAX);
    text_add_size(&room.text, UINT64_MAX);
    text_add_quoted(&room.text, "xyz", 3);
    text_add_error(&room.text, ENOENT);
    ck_assert_uint_eq(room.text.length, WRITER_ROOM);
    ck_assert_mem_eq(room.text.bytes, "abcabc", 6);
    ck_assert_int_eq(room.text.bytes[WRITER_ROOM - 1], "abc"[(WRITER_ROOM - 1) % 3]);
    for (size_t i = 0; i < sizeof room.beyond; i++)
        ck_assert_int_eq(room.beyond[i], '!');
}
END_TEST

START_TEST(control_characters_are_quoted_as_question_marks)
{
    static const char word[] = "a\x01\t\n\r\033[0m\x1f\x7f z~\xc3\xa9";
    text_add_quoted(&text, word, sizeof word - 1);
    ck_assert_str_eq(words(), "a?????[0m?? z~\xc3\xa9");
}
END_TEST

START_TEST(what_is_no_text_is_quoted_as_question_marks)
{
    static const char word[] = "\xc2\x9b[31m \xff \xc3 \xed\xa0\x80 caf\xc3\xa9 \xe2\x82";
    text_add_quoted(&text, word, sizeof word - 1);
    ck_assert_str_eq(words(), "?[31m ? ? ??? caf\xc3\xa9 ??");
}
END_TEST

START_TEST(a_quoted_word_is_cut_after_100_characters)
{
    char word[101];
    memset(word, 'w', sizeof word);
    text_add_quoted(&text, word, 100);
    ck_assert_uint_eq(text.length, 100);
    ck_assert_ptr_null(strchr(words(), '.'));
    text.length = 0;
    text_add_quoted(&text, word, 101);
    ck_assert_uint_eq(text.length, 103);
    ck_assert_str_eq(words() + 99, "w...");
}
END_TEST

START_TEST(a_quoted_word_ends_at_its_length)
{
    text_add_quoted(&text, "abcdef", 3);
    text_add_quoted(&text, "", 0);
    ck_assert_str_eq(words(), "abc");
}
END_TEST

START_TEST(errors_are_said_in_words_or_as_a_number)
{
    text_add_error(&text, ENOSPC);
    text_add(&text, "; ");
    text_add_error(&text, 4095);
    ck_assert_str_eq(words(), "no space left on device; error 4095");
}
END_TEST

START_TEST(an_opened_sink_writes_to_its_file)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, "one\n"), 0);
    ck_assert_int_eq(write_words(&sink, "two\n"), 0);
    sink_close(&sink);
    expect_content("a", "one\ntwo\n");
}
END_TEST

START_TEST(an_opened_sink_appends)
{
    int fd = open_file("a");
    ck_assert_int_eq(write(fd, "before\n", 7), 7);
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, "after\n"), 0);
    ck_assert_int_eq(write(fd, "BEFORE\n", 7), 7);
    ck_assert_int_eq(write_words(&sink, "end\n"), 0);
    expect_content("a", "before\nBEFORE\nend\n");
}
END_TEST

START_TEST(a_made_file_has_the_mode_that_the_mask_leaves)
{
    struct stat status;
    umask(027);
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(fstat(sink.fd, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_whole_text_is_written)
{
    struct sink sink = sink_at(in_folder("a"));
    struct stat status;
    memset(text.bytes, 'x', WRITER_ROOM);
    text.length = WRITER_ROOM;
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(sink_write(&sink, &text), 0);
    ck_assert_int_eq(fstat(sink.fd, &status), 0);
    ck_assert_int_eq(status.st_size, WRITER_ROOM);
}
END_TEST

START_TEST(an_empty_text_writes_nothing)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, ""), 0);
    expect_content("a", "");
}
END_TEST

START_TEST(a_kept_descriptor_outlives_its_close)
{
    int fd = open_file("a");
    struct sink sink;
    ck_assert(sink_keep(&sink, fd));
    close(fd);
    ck_assert_int_eq(write_words(&sink, "still\n"), 0);
    expect_content("a", "still\n");
}
END_TEST

START_TEST(a_kept_pipe_outlives_its_close)
{
    int pipes[2];
    char found[10] = "";
    struct sink sink;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(sink_keep(&sink, pipes[1]));
    close(pipes[1]);
    ck_assert_int_eq(write_words(&sink, "still\n"), 0);
    ck_assert_int_eq(read(pipes[0], found, sizeof found - 1), 6);
    ck_assert_str_eq(found, "still\n");
}
END_TEST

START_TEST(what_is_not_open_cannot_be_kept)
{
    struct sink sink;
    int fd = open_file("a");
    close(fd);
    ck_assert(!sink_keep(&sink, fd));
    ck_assert_int_lt(sink.fd, 0);
    ck_assert_int_lt(write_words(&sink, "x"), 0);
}
END_TEST

START_TEST(sinks_leave_the_low_numbers_to_the_program)
{
    int lowest = dup(2);
    close(lowest);
    struct sink opened = sink_at(in_folder("a")), kept;
    ck_assert_int_eq(sink_open(&opened), 0);
    ck_assert(sink_keep(&kept, 2));
    ck_assert_int_eq(dup(2), lowest);
    ck_assert_int_ge(opened.fd, 200);
    ck_assert_int_ge(kept.fd, 200);
}
END_TEST

START_TEST(sinks_are_closed_on_exec)
{
    struct sink opened = sink_at(in_folder("a")), kept;
    ck_assert_int_eq(sink_open(&opened), 0);
    ck_assert(sink_keep(&kept, 2));
    ck_assert(fcntl(opened.fd, F_GETFD) & FD_CLOEXEC);
    ck_assert(fcntl(kept.fd, F_GETFD) & FD_CLOEXEC);
}
END_TEST

/* Returns what was allowed before. */
static rlim_t allow_descriptors(rlim_t count)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = count;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

START_TEST(few_descriptors_are_enough_to_keep_one)
{
    int fd = open_file("a");
    struct sink sink;
    allow_descriptors((rlim_t)fd + 2);
    ck_assert(sink_keep(&sink, fd));
    ck_assert_int_ge(sink.fd, 0);
    close(fd);
    ck_assert_int_eq(write_words(&sink, "still\n"), 0);
    expect_content("a", "still\n");
}
END_TEST

START_TEST(few_descriptors_are_enough_to_open_one)
{
    if (syscall(SYS_openat2, -1, NULL, NULL, 0) < 0 && errno == ENOSYS)
        SKIP("no openat2(2) here: the way to the file is gone by steps, with descriptors of their "
             "own");
    int lowest = dup(2);
    close(lowest);
    struct sink sink = sink_at(in_folder("a"));
    allow_descriptors((rlim_t)lowest + 1);
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, "x"), 0);
    sink_close(&sink);
    expect_content("a", "x");
}
END_TEST

START_TEST(no_descriptor_left_is_an_error_of_open)
{
    struct sink sink = sink_at(in_folder("a"));
    rlim_t before = allow_descriptors(0);
    int error = sink_open(&sink);
    allow_descriptors(before); /* a leak checker opens files when the test ends */
    ck_assert_int_eq(error, -EMFILE);
}
END_TEST

/* What a program does that closes all it does not know, and opens a file of its own. */
static int take_number(int number)
{
    int other = open_file("b");
    ck_assert_int_eq(dup2(other, number), number);
    close(other);
    return number;
}

START_TEST(a_number_that_another_file_took_is_not_written_to)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    take_number(sink.fd);
    ck_assert_int_eq(write_words(&sink, "mine\n"), 0);
    expect_content("b", "");
    expect_content("a", "mine\n");
}
END_TEST

START_TEST(a_number_that_another_pipe_took_is_not_written_to)
{
    int ours[2], theirs[2];
    struct sink sink;
    ck_assert_int_eq(pipe(ours), 0);
    ck_assert_int_eq(pipe2(theirs, O_NONBLOCK), 0);
    ck_assert(sink_keep(&sink, ours[1]));
    ck_assert_int_eq(dup2(theirs[1], sink.fd), sink.fd);
    ck_assert_int_eq(write_words(&sink, "x"), -EBADF);
    ck_assert_int_eq(read(theirs[0], &(char){0}, 1), -1);
}
END_TEST

START_TEST(a_number_that_another_file_took_is_not_closed)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    int number = take_number(sink.fd);
    sink_close(&sink);
    ck_assert_int_ge(fcntl(number, F_GETFD), 0);
}
END_TEST

START_TEST(a_closed_sink_has_no_descriptor)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    int number = sink.fd;
    sink_close(&sink);
    sink_close(&sink);
    ck_assert_int_eq(fcntl(number, F_GETFD), -1);
    ck_assert_int_lt(sink.fd, 0);
}
END_TEST

START_TEST(a_file_that_the_program_closed_is_opened_again)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, "one\n"), 0);
    close(sink.fd);
    ck_assert_int_eq(write_words(&sink, "two\n"), 0);
    ck_assert_int_eq(write_words(&sink, "three\n"), 0);
    expect_content("a", "one\ntwo\nthree\n");
}
END_TEST

START_TEST(a_kept_file_that_the_program_closed_is_opened_again)
{
    struct sink sink;
    int fd = open_file("a");
    ck_assert_int_eq(write(fd, "one\n", 4), 4);
    ck_assert(sink_keep(&sink, fd));
    close(fd);
    close(sink.fd);
    ck_assert_int_eq(write_words(&sink, "two\n"), 0);
    expect_content("a", "one\ntwo\n");
}
END_TEST

START_TEST(a_kept_pipe_is_still_found_as_stderr)
{
    int pipes[2];
    char byte = 0;
    struct sink sink;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(dup2(pipes[1], 2), 2);
    ck_assert(sink_keep(&sink, 2));
    close(sink.fd);
    ck_assert_int_eq(write_words(&sink, "x"), 0);
    ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
    ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(a_kept_pipe_that_is_gone_is_an_error)
{
    int pipes[2];
    struct sink sink;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(sink_keep(&sink, pipes[1]));
    close(pipes[1]);
    close(sink.fd);
    ck_assert_int_eq(write_words(&sink, "x"), -EBADF);
}
END_TEST

START_TEST(a_deleted_file_is_not_made_again_under_a_strange_name)
{
    struct sink sink;
    int fd = open_file("a");
    unlink(in_folder("a"));
    ck_assert(sink_keep(&sink, fd));
    close(fd);
    close(sink.fd);
    write_words(&sink, "x");
    ck_assert_int_eq(access(in_folder("a (deleted)"), F_OK), -1);
}
END_TEST

START_TEST(a_full_device_is_an_error)
{
    struct sink sink = sink_at("/dev/full");
    ck_assert_int_eq(sink_open(&sink), 0);
    ck_assert_int_eq(write_words(&sink, "x"), -ENOSPC);
}
END_TEST

START_TEST(a_path_that_cannot_be_opened_is_an_error)
{
    struct sink missing = sink_at(in_folder("none/a")), directory = sink_at(folder);
    ck_assert_int_eq(sink_open(&missing), -ENOENT);
    ck_assert_int_eq(sink_open(&directory), -EISDIR);
    close(open_file("a"));
    struct sink below = sink_at(in_folder("a/b"));
    ck_assert_int_eq(sink_open(&below), -ENOTDIR);
    ck_assert_int_lt(write_words(&below, "x"), 0);
}
END_TEST

START_TEST(a_path_without_permission_is_an_error)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(chmod(folder, 0500), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(65534), 0);
    int error = sink_open(&sink);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    chmod(folder, 0700);
    ck_assert_int_eq(error, -EACCES);
}
END_TEST

static int status_of(pid_t child)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

START_TEST(a_pipe_without_a_reader_does_not_end_the_program)
{
    int pipes[2];
    struct sink sink;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(sink_keep(&sink, pipes[1]));
    close(pipes[0]);
    pid_t child = fork();
    if (child == 0)
        _exit(write_words(&sink, "x") == -EPIPE ? 0 : 1);
    ck_assert_int_eq(status_of(child), 0);
}
END_TEST

static volatile sig_atomic_t pipe_signals;

static void count_signal(int signal)
{
    (void)signal;
    pipe_signals++;
}

START_TEST(a_pipe_without_a_reader_raises_no_signal_of_ours)
{
    int pipes[2];
    struct sink sink;
    signal(SIGPIPE, count_signal);
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(sink_keep(&sink, pipes[1]));
    close(pipes[0]);
    ck_assert_int_eq(write_words(&sink, "x"), -EPIPE);
    ck_assert_int_eq(pipe_signals, 0);
    ck_assert_int_eq(write(pipes[1], "x", 1), -1);
    ck_assert_int_eq(pipe_signals, 1); /* the program's own writes are as ever */
}
END_TEST

START_TEST(a_file_at_its_size_limit_does_not_end_the_program)
{
    struct sink sink = sink_at(in_folder("a"));
    ck_assert_int_eq(sink_open(&sink), 0);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 0, .rlim_max = 0});
        _exit(write_words(&sink, "x") == -EFBIG ? 0 : 1);
    }
    ck_assert_int_eq(status_of(child), 0);
}
END_TEST

static void fill_pipe(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (write(fd, text.bytes, WRITER_ROOM) > 0)
        ;
    fcntl(fd, F_SETFL, flags);
}

/* False: the child did not end for a very long time. */
static bool ends(pid_t child, int *status)
{
    for (int i = 0; i < RUN_SECONDS / 2 * 1000; i++) {
        if (waitpid(child, status, WNOHANG) == child)
            return true;
        usleep(1000);
    }
    return false;
}

START_TEST(a_program_that_waits_in_a_write_of_ours_can_be_ended)
{
    int pipes[2], ready[2], status;
    char byte;
    struct sink sink;
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(sink_keep(&sink, pipes[1]));
    fill_pipe(pipes[1]);
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGTERM, SIG_DFL); /* libcheck's handler would end the test */
        close(ready[1]);
        _exit(write_words(&sink, "x"));
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 0); /* the child has closed its end too */
    usleep(50 * 1000);
    kill(child, SIGTERM);
    bool ended = ends(child, &status);
    kill(child, SIGKILL);
    ck_assert(ended);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

START_TEST(errno_is_left_alone)
{
    struct sink sink = sink_at("/dev/full"), missing = sink_at(in_folder("none/a"));
    errno = 4095;
    sink_open(&missing);
    sink_open(&sink);
    write_words(&sink, "x");
    write_words(&missing, "x");
    sink_close(&sink);
    sink_keep(&sink, 9999);
    sink_keep(&sink, 2);
    ck_assert_int_eq(errno, 4095);
}
END_TEST

START_TEST(what_cannot_wait_goes_to_descriptor_2)
{
    int fd = open_file("a");
    struct text line = text_of("now\n");
    ck_assert_int_eq(dup2(fd, 2), 2);
    writer_stderr(&line);
    expect_content("a", "now\n");
}
END_TEST

static void add_with_folder(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_add_unchecked_fixture(tcase, make_folder, remove_folder);
    tcase_set_timeout(tcase, RUN_SECONDS);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

Suite *suite_writer(void)
{
    Suite *suite = suite_create("writer");
    unit_add(suite, numbers_are_written_in_decimal);
    unit_add(suite, numbers_are_written_in_hexadecimal);
    unit_add(suite, sizes_change_units_at_their_edges);
    unit_add(suite, a_full_text_is_cut_off);
    unit_add(suite, control_characters_are_quoted_as_question_marks);
    unit_add(suite, what_is_no_text_is_quoted_as_question_marks);
    unit_add(suite, a_quoted_word_is_cut_after_100_characters);
    unit_add(suite, a_quoted_word_ends_at_its_length);
    unit_add(suite, errors_are_said_in_words_or_as_a_number);
    add_with_folder(suite, an_opened_sink_writes_to_its_file);
    add_with_folder(suite, an_opened_sink_appends);
    add_with_folder(suite, a_made_file_has_the_mode_that_the_mask_leaves);
    add_with_folder(suite, a_whole_text_is_written);
    add_with_folder(suite, an_empty_text_writes_nothing);
    add_with_folder(suite, a_kept_descriptor_outlives_its_close);
    unit_add(suite, a_kept_pipe_outlives_its_close);
    add_with_folder(suite, what_is_not_open_cannot_be_kept);
    add_with_folder(suite, sinks_leave_the_low_numbers_to_the_program);
    add_with_folder(suite, sinks_are_closed_on_exec);
    add_with_folder(suite, few_descriptors_are_enough_to_keep_one);
    add_with_folder(suite, few_descriptors_are_enough_to_open_one);
    add_with_folder(suite, no_descriptor_left_is_an_error_of_open);
    add_with_folder(suite, a_number_that_another_file_took_is_not_written_to);
    unit_add(suite, a_number_that_another_pipe_took_is_not_written_to);
    add_with_folder(suite, a_number_that_another_file_took_is_not_closed);
    add_with_folder(suite, a_closed_sink_has_no_descriptor);
    add_with_folder(suite, a_file_that_the_program_closed_is_opened_again);
    add_with_folder(suite, a_kept_file_that_the_program_closed_is_opened_again);
    unit_add(suite, a_kept_pipe_is_still_found_as_stderr);
    unit_add(suite, a_kept_pipe_that_is_gone_is_an_error);
    add_with_folder(suite, a_deleted_file_is_not_made_again_under_a_strange_name);
    unit_add(suite, a_full_device_is_an_error);
    add_with_folder(suite, a_path_that_cannot_be_opened_is_an_error);
    add_with_folder(suite, a_path_without_permission_is_an_error);
    unit_add(suite, a_pipe_without_a_reader_does_not_end_the_program);
    unit_add(suite, a_pipe_without_a_reader_raises_no_signal_of_ours);
    add_with_folder(suite, a_file_at_its_size_limit_does_not_end_the_program);
    unit_add(suite, a_program_that_waits_in_a_write_of_ours_can_be_ended);
    add_with_folder(suite, errno_is_left_alone);
    add_with_folder(suite, what_cannot_wait_goes_to_descriptor_2);
    return suite;
}
