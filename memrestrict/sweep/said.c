/* SPDX-License-Identifier: MIT */
#include "sweep/said.h"

#include "base/text.h"
#include "base/file_kind.h"
#include "base/lines.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 1 << 20, TAIL = 16 * 1024 };

static const char *const broken_heap[] = {
    "double free or corruption",
    "double free detected",
    "free(): invalid",
    "free(): corrupted",
    "munmap_chunk(): invalid",
    "malloc(): corrupted",
    "malloc(): invalid",
    "malloc(): unaligned",
    "realloc(): invalid",
    "corrupted size vs.",
    "corrupted double-linked list",
    "*** stack smashing detected",
    "*** buffer overflow detected",
};

/* Behind "==PID==". */
static const struct {
    const char *words;
    unsigned said;
} reports[] = {
    {"ERROR: AddressSanitizer: ", SAID_ADDRESS},
    {"ERROR: HWAddressSanitizer: ", SAID_HARDWARE},
    {"WARNING: MemorySanitizer: ", SAID_MEMORY},
    {"ERROR: LeakSanitizer: ", SAID_LEAK},
};

/* What a report then calls a signal that it took. */
static const char *const signals[] = {"SEGV ", "BUS ", "FPE ", "ILL ", "stack-overflow "};

static const char *after_digits(const char *text)
{
    const char *end = text;
    while (isdigit((unsigned char)*end))
        end++;
    return end > text ? end : NULL;
}

static unsigned of_report(const char *words)
{
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (!text_begins(words, reports[i].words))
            continue;
        const char *what = words + strlen(reports[i].words);
        for (size_t j = 0; j < sizeof signals / sizeof signals[0]; j++)
            if (text_begins(what, signals[j]))
                return SAID_CRASH;
        return reports[i].said;
    }
    return 0;
}

/* "==PID==ERROR: AddressSanitizer: ..." */
static unsigned of_process(const char *line)
{
    unsigned said = 0;
    for (const char *at = strstr(line, "=="); at != NULL; at = strstr(at + 1, "==")) {
        const char *end = after_digits(at + 2);
        if (end != NULL && text_begins(end, "=="))
            said |= of_report(end + 2);
    }
    return said;
}

/* "FILE:LINE:COLUMN: runtime error: ..." */
static unsigned of_undefined(const char *line)
{
    const char *at = strstr(line, ": runtime error: ");
    int numbers = 0;
    while (at != NULL && numbers < 2) {
        const char *end = at;
        while (at > line && isdigit((unsigned char)at[-1]))
            at--;
        if (at == end || at == line || *--at != ':')
            return 0;
        numbers++;
    }
    return at != NULL && at > line ? SAID_UNDEFINED : 0;
}

static unsigned of_exception(const char *line)
{
    bool is_libstdcxx =
        text_begins(line, "terminate called after throwing an instance of 'std::bad_alloc'");
    bool is_libcxx = text_begins(line, "libc++abi: terminating ") &&
                     strstr(line, "uncaught exception of type std::bad_alloc") != NULL;
    return is_libstdcxx || is_libcxx ? SAID_BAD_ALLOC : 0;
}

static unsigned of_line(const char *line)
{
    unsigned said = of_process(line) | of_undefined(line) | of_exception(line);
    if (text_begins(line, "WARNING: ThreadSanitizer: "))
        said |= SAID_THREAD;
    for (size_t i = 0; i < sizeof broken_heap / sizeof broken_heap[0]; i++)
        if (strstr(line, broken_heap[i]) != NULL)
            said |= SAID_BROKEN_HEAP;
    return said;
}

static unsigned of_lines(FILE *file, bool *whole)
{
    struct lines lines = {.file = file, .most = LONGEST};
    unsigned said = 0;
    while (lines_next(&lines)) {
        for (size_t i = 0; i < lines.length; i++)
            if (lines.text[i] == '\0')
                lines.text[i] = '?';
        said |= of_line(lines.text);
    }
    *whole = !lines.failed;
    lines_end(&lines);
    return said;
}

unsigned said_in(const char *path)
{
    FILE *file = path != NULL ? file_open_plain(path) : NULL;
    bool whole;
    if (file == NULL)
        return 0;
    unsigned said = of_lines(file, &whole);
    if (!whole && fseek(file, -(long)TAIL, SEEK_END) == 0)
        said |= of_lines(file, &whole);
    fclose(file);
    return said;
}
