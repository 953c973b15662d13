/* SPDX-License-Identifier: MIT */
#include "judge/batch_answer.h"

#include "base/fd.h"
#include "base/signal_wait.h"
#include "base/string_file.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHOWN = 60 };
static const uint64_t nap = 2000000;

struct side {
    FILE *file;
    char *line; /* without blanks at its end; NULL: there is none */
    size_t room;
    ssize_t length;
};

const char *batch_answer_id(enum batch_answer answer)
{
    static const char *const ids[] = {"right", "wrong", "none", "failed"};
    return ids[answer];
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static bool next_line(struct side *side)
{
    ssize_t length = getline(&side->line, &side->room, side->file);
    while (length > 0 && is_blank(side->line[length - 1]))
        side->line[--length] = '\0';
    side->length = length;
    return length >= 0;
}

/* The line is empty, and so are all behind it. */
static bool is_rest_empty(struct side *side)
{
    do
        if (side->length != 0)
            return false;
    while (next_line(side));
    return true;
}

/* The first characters of a line, safe and in quotes. */
static void show(char *room, size_t size, const char *line)
{
    struct string_file string;
    char *safe = text_safe_string(line), *cut = NULL;
    if (safe != NULL && string_file_open(&string) != NULL) {
        text_cut(string.file, safe, SHOWN);
        cut = string_file_close(&string);
    }
    snprintf(room, size, "\"%s\"", cut != NULL ? cut : "");
    free(cut);
    free(safe);
}

static void tell(char difference[BATCH_DIFFERENCE], unsigned long number, const struct side *answer,
                 bool is_there, const struct side *output, bool was_written)
{
    char wanted[BATCH_DIFFERENCE / 3] = "nothing", got[BATCH_DIFFERENCE / 3] = "nothing";
    if (is_there)
        show(wanted, sizeof wanted, answer->line);
    if (was_written)
        show(got, sizeof got, output->line);
    snprintf(difference, BATCH_DIFFERENCE, "line %lu: expected %s, got %s", number, wanted, got);
}

static enum batch_answer compare(struct side *answer, struct side *output,
                                 char difference[BATCH_DIFFERENCE])
{
    for (unsigned long number = 1;; number++) {
        bool is_there = next_line(answer), was_written = next_line(output);
        if (!is_there && !was_written)
            return ANSWER_RIGHT;
        if (is_there && was_written && answer->length == output->length &&
            memcmp(answer->line, output->line, (size_t)answer->length) == 0)
            continue;
        if (is_there != was_written && is_rest_empty(is_there ? answer : output))
            return ANSWER_RIGHT;
        tell(difference, number, answer, is_there, output, was_written);
        return ANSWER_WRONG;
    }
}

static enum batch_answer compare_files(const char *answer, const char *output,
                                       char difference[BATCH_DIFFERENCE])
{
    struct side one = {.file = fopen(answer, "re")}, other = {.file = fopen(output, "re")};
    enum batch_answer result = ANSWER_FAILED;
    if (one.file != NULL && other.file != NULL)
        result = compare(&one, &other, difference);
    if (one.file != NULL)
        fclose(one.file);
    if (other.file != NULL)
        fclose(other.file);
    free(one.line);
    free(other.line);
    return result;
}

static _Noreturn void be_checker(const struct batch_test *test, const char *output,
                                 const char *script, int said)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    signal_wait_release();
    if (dup2(said, STDOUT_FILENO) == STDOUT_FILENO)
        execl("/bin/sh", "sh", "-c", script, "sh", test->input, output,
              test->answer != NULL ? test->answer : "/dev/null", (char *)NULL);
    _exit(127);
}

/* All of it, of which the first line is kept. False: a signal came to us. */
static bool read_said(int fd, char *said, size_t room)
{
    char data[512];
    size_t length = 0;
    ssize_t got = 1;
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    while (got != 0) {
        int count = signal_wait_poll(&ready, 1, UINT64_MAX);
        if (count < 0)
            return false;
        if (count == 0 || (got = read(fd, data, sizeof data)) < 0)
            continue;
        size_t part = (size_t)got < room - 1 - length ? (size_t)got : room - 1 - length;
        memcpy(said + length, data, part);
        length += part;
    }
    said[length] = '\0';
    said[strcspn(said, "\n")] = '\0';
    return true;
}

/* False: a signal came to us. */
static bool wait_for(int pid, int *status)
{
    while (waitpid(pid, status, WNOHANG) == 0)
        if (signal_wait_poll(NULL, 0, nap) < 0)
            return false;
    return true;
}

/* It leads its session, unless it has come to nothing yet. */
static void end_checker(int pid)
{
    killpg(pid, SIGKILL);
    sigqueue(pid, SIGKILL, (union sigval){0});
    waitpid(pid, NULL, 0);
}

/* False: it cannot be run, or a signal came to us. */
static bool run_checker(const struct batch_test *test, const char *output, const char *checker,
                        char *said, size_t room, int *status)
{
    int ends[2];
    char *script = NULL;
    bool made = asprintf(&script, "%s \"$@\"", checker) > 0, piped = made && fd_pipe(ends);
    int pid = piped ? fork() : -1;
    if (pid == 0)
        be_checker(test, output, script, ends[1]);
    if (piped)
        close(ends[1]);
    bool done = pid > 0 && read_said(ends[0], said, room) && wait_for(pid, status);
    if (pid > 0 && !done)
        end_checker(pid);
    if (piped)
        close(ends[0]);
    if (made)
        free(script);
    return done;
}

/* The first line of what the checker says goes into `difference`. */
static enum batch_answer call_checker(const struct batch_test *test, const char *output,
                                      const char *checker, char difference[BATCH_DIFFERENCE])
{
    int status = -1; /* no exit */
    char said[SHOWN + 1] = "";
    if (!run_checker(test, output, checker, said, sizeof said, &status) || !WIFEXITED(status) ||
        WEXITSTATUS(status) > 125)
        return ANSWER_FAILED;
    if (WEXITSTATUS(status) == 0)
        return ANSWER_RIGHT;
    char *safe = text_safe_string(said);
    snprintf(difference, BATCH_DIFFERENCE, "%s", safe != NULL ? safe : "");
    free(safe);
    return ANSWER_WRONG;
}

enum batch_answer batch_answer_check(const struct batch_test *test, const char *output,
                                     const char *checker, char difference[BATCH_DIFFERENCE])
{
    difference[0] = '\0';
    if (checker != NULL)
        return call_checker(test, output, checker, difference);
    return test->answer != NULL ? compare_files(test->answer, output, difference) : ANSWER_NONE;
}
