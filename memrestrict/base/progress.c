/* SPDX-License-Identifier: MIT */
#include "base/progress.h"

#include "base/text.h"
#include "base/duration.h"
#include "base/size_words.h"
#include "base/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const uint64_t between = 100 * 1000 * 1000; /* nanoseconds */

/* Escapes are not colours: NO_COLOR does not ask for silence. */
static bool can_be_written_over(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && kind != NULL && *kind != '\0' && strcmp(kind, "dumb") != 0;
}

void progress_begin(struct progress *progress, bool quiet)
{
    *progress =
        (struct progress){.shown = !quiet && can_be_written_over(), .began = duration_now()};
}

static unsigned width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* As the time that was needed so far says. */
static void to_go(uint64_t spent, uint64_t done, uint64_t all, char room[DURATION_ROOM])
{
    const uint64_t second = 1000000000;
    double rest = (double)spent * (double)(all - done) / (double)done;
    duration_words(((uint64_t)rest / second + 1) * second, room);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all, const char *what)
{
    char line[512], rest[DURATION_ROOM];
    uint64_t now = duration_now();
    if (!progress->shown || now < progress->next)
        return;
    progress->next = now + between;
    if (done == 0 || done >= all)
        snprintf(line, sizeof line, "%" PRIu64 " of %" PRIu64 ": %s", done, all, what);
    else {
        to_go(now - progress->began, done, all, rest);
        snprintf(line, sizeof line, "%" PRIu64 " of %" PRIu64 ", %s to go: %s", done, all, rest,
                 what);
    }
    fputs("\r" TERMINAL_CLEAR_LINE, stderr);
    text_cut(stderr, line, width() - 1);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (!progress->shown || progress->next == 0)
        return;
    fputs("\r" TERMINAL_CLEAR_LINE, stderr);
    fflush(stderr);
    progress->next = 0;
}
