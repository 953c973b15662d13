/* SPDX-License-Identifier: MIT */
#include "judge/batch_answer.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHOWN = 60 };

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
    char *safe = text_safe_string(line), *cut = NULL;
    size_t length = 0;
    FILE *file = safe != NULL ? open_memstream(&cut, &length) : NULL;
    if (file != NULL) {
        text_cut(file, safe, SHOWN);
        fclose(file);
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

/* The first line of what the checker says goes into `difference`. */
static enum batch_answer call_checker(const struct batch_test *test, const char *output,
                                      const char *checker, char difference[BATCH_DIFFERENCE])
{
    int ends[2], status = 0;
    char said[SHOWN + 1] = "";
    if (pipe(ends) != 0)
        return ANSWER_FAILED;
    int pid = fork();
    if (pid == 0) {
        char script[4200];
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        snprintf(script, sizeof script, "%s \"$@\"", checker);
        execl("/bin/sh", "sh", "-c", script, "sh", test->input, output,
              test->answer != NULL ? test->answer : "/dev/null", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    if (file != NULL && fgets(said, sizeof said, file) != NULL)
        said[strcspn(said, "\n")] = '\0';
    while (file != NULL && fgetc(file) != EOF)
        ;
    if (file != NULL)
        fclose(file);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
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
