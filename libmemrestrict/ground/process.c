/* SPDX-License-Identifier: MIT */
#include "ground/process.h"

#include "common/config.h"
#include "common/kernel.h"

#include <string.h>
#include <sys/auxv.h>

enum { CALLED = 64 };

static struct {
    char *executable;    /* /proc/self/exe, once it was asked for */
    char called[CALLED]; /* the name that it was started by; empty: none that says anything */
    int pid;
} process;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Kept, since a program may write over what exec has left on its stack. */
static void keep_called(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);
    if (path == NULL || strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0)
        return;
    const char *name = base_name(path);
    size_t length = strnlen(name, CALLED - 1);
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
    return process.executable != NULL ? base_name(process.executable) : "?";
}

const char *process_called(void)
{
    return process.called[0] != '\0' ? process.called : process_program();
}

bool process_is_named(const char *patterns)
{
    const char *called = (const char *)getauxval(AT_EXECFN);
    return config_names(patterns, process_program()) ||
           (called != NULL && config_names(patterns, base_name(called)));
}

int process_pid(void) { return process.pid; }
