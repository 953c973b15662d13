/* SPDX-License-Identifier: MIT */
#include "base/terminal.h"

#include "base/message.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* With no cursor, and lines that are cut at the edge. */
#define SECOND_SCREEN "\033[?1049h\033[?25l\033[?7l"
#define FIRST_SCREEN "\033[?7h\033[?25h\033[?1049l"

/* Signals that are blocked but while we wait. */
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

static struct termios before;
static sigset_t mask_before;
static volatile sig_atomic_t caught, resized;

struct terminal_size terminal_size(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
        return (struct terminal_size){size.ws_col, size.ws_row};
    int width = columns != NULL ? atoi(columns) : 0;
    return (struct terminal_size){width > 0 && width < 10000 ? (unsigned)width : 80, 24};
}

static bool is_capable(int fd)
{
    const char *kind = getenv("TERM");
    return isatty(fd) && kind != NULL && *kind != '\0' && strcmp(kind, "dumb") != 0;
}

bool terminal_wants_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return is_capable(fd) && (no_color == NULL || *no_color == '\0');
}

static void note(int number)
{
    if (number == SIGWINCH)
        resized = 1;
    else
        caught = number;
}

static void write_out(const char *text)
{
    fflush(stdout);
    ssize_t ignored = write(STDOUT_FILENO, text, strlen(text));
    (void)ignored;
}

static void enter(void)
{
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    write_out(SECOND_SCREEN);
}

static void leave(void)
{
    write_out(FIRST_SCREEN);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

bool terminal_open(const char *name, const char *instead)
{
    struct sigaction action = {.sa_handler = note};
    sigset_t mask;
    if (!is_capable(STDOUT_FILENO) || !isatty(STDIN_FILENO) ||
        tcgetattr(STDIN_FILENO, &before) != 0) {
        message("%s: a terminal is needed on standard input and output, with TERM set and not "
                "dumb; %s",
                name, instead);
        return false;
    }
    sigemptyset(&mask);
    for (unsigned i = 0; i < ENDING_SIGNALS; i++)
        sigaddset(&mask, ending_signals[i]);
    sigprocmask(SIG_BLOCK, &mask, &mask_before);
    for (unsigned i = 0; i < ENDING_SIGNALS; i++) {
        struct sigaction old;
        sigaction(ending_signals[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)
            sigaction(ending_signals[i], &action, NULL);
    }
    sigaction(SIGWINCH, &action, NULL);
    enter();
    return true;
}

void terminal_close(void)
{
    leave();
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* Lets the signal do what it does by itself; returns only from a stop. */
static void obey(int number)
{
    sigset_t mask;
    struct sigaction action = {.sa_handler = SIG_DFL}, ours;
    leave();
    sigaction(number, &action, &ours);
    raise(number);
    sigemptyset(&mask);
    sigaddset(&mask, number);
    sigprocmask(SIG_UNBLOCK, &mask, NULL); /* here it ends or stops us */
    sigprocmask(SIG_BLOCK, &mask, NULL);
    sigaction(number, &ours, NULL);
    enter();
}

enum terminal_event terminal_wait(uint64_t nanoseconds, char *key)
{
    const uint64_t second = 1000000000;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    struct timespec time = {(time_t)(nanoseconds / second), (long)(nanoseconds % second)};
    caught = 0;
    int ready = ppoll(&input, 1, &time, &mask_before);
    if (caught != 0)
        obey(caught);
    if (caught != 0 || resized) {
        resized = 0;
        return TERMINAL_DRAW;
    }
    if (ready <= 0)
        return ready == 0 || errno == EINTR ? TERMINAL_TIME : TERMINAL_END;
    return read(STDIN_FILENO, key, 1) == 1 ? TERMINAL_KEY : TERMINAL_END;
}
