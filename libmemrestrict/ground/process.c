/* SPDX-License-Identifier: MIT */
#include "ground/process.h"

#include "common/config.h"
#include "common/kernel.h"
#include "common/path_part.h"
#include "common/proc.h"
#include "common/span.h"
#include "common/writer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>

enum { CALLED = 64 };

extern void *__libc_stack_end __attribute__((weak)); /* glibc alone has it */

static struct {
    char *executable;    /* /proc/self/exe, once it was asked for */
    char called[CALLED]; /* the name that it was started by; empty: none that says anything */
    int pid;
} process;

/* Kept, since a program may write over what exec has left on its stack. */
static void keep_called(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);
    if (path == NULL || strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0)
        return;
    const char *name = path_last_part(path);
    size_t length = span_within(name, CALLED - 1);
    memcpy(process.called, name, length);
    process.called[length] = '\0';
}

void process_start(void)
{
    process.pid = kernel_pid();
    keep_called();
}

void process_fork_child(void) { process.pid = kernel_pid(); }

const char *process_program(void)
{
    if (process.executable == NULL) {
        process.executable = kernel_pages(WRITER_PATH);
        if (process.executable != NULL &&
            !kernel_readlink("/proc/self/exe", process.executable, WRITER_PATH))
            strcpy(process.executable, "?");
    }
    return process.executable != NULL ? path_last_part(process.executable) : "?";
}

const char *process_called(void)
{
    return process.called[0] != '\0' ? process.called : process_program();
}

bool process_is_named(const char *patterns)
{
    const char *called = (const char *)getauxval(AT_EXECFN);
    return config_names(patterns, process_program()) ||
           (called != NULL && config_names(patterns, path_last_part(called)));
}

/* Does a line of the file, lines ending in NUL, begin with the word? False also if it cannot be
 * read; *read tells. */
static bool has_line(const char *path, const char *word, bool *read)
{
    char bytes[512];
    size_t matched = 0, length = strlen(word);
    bool beginning = true;
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? fd : 0;
    while (matched < length && fd >= 0 && (got = kernel_read(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got && matched < length; i++) {
            beginning = beginning && bytes[i] == word[matched];
            matched = beginning ? matched + 1 : 0;
            beginning = beginning || bytes[i] == '\0';
        }
    if (fd >= 0)
        kernel_close(fd);
    *read = got >= 0;
    return matched == length;
}

bool process_is_first(const char *variable)
{
    struct proc_stat self;
    struct kernel_link parent;
    struct text path = {.length = 0};
    bool read = false;
    if (!proc_stat("/proc/self/stat", &self))
        return false;
    text_add(&path, "/proc/");
    text_add_number(&path, (uint64_t)self.parent);
    text_add(&path, "/environ");
    text_add_char(&path, '\0');
    bool given =
        has_line(path.bytes, variable, &read) && has_line(path.bytes, "LD_PRELOAD=", &read);
    path.bytes[strlen(path.bytes) - strlen("/environ")] = '\0';
    int fd = kernel_open(path.bytes, O_PATH | O_CLOEXEC);
    bool alike = fd >= 0 && kernel_link(fd, &parent) && parent.owner == kernel_user();
    if (fd >= 0)
        kernel_close(fd);
    return read && !given && alike;
}

bool process_is_hosted(uint64_t stack)
{
    enum { NEAR = 1 << 20 }; /* the loader, if it is called as a program, moves the end a little */
    const void *end = &__libc_stack_end != NULL ? __libc_stack_end : NULL;
    uint64_t given = (uintptr_t)end;
    return stack != 0 && given != 0 && (given > stack ? given - stack : stack - given) > NEAR;
}

int process_pid(void) { return process.pid; }
