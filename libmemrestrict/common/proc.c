/* SPDX-License-Identifier: MIT */
#include "common/proc.h"

#include "common/kernel.h"
#include "common/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The first bytes of a file as a string: 0, or a negative errno value. */
static int read_text(const char *path, char *text, size_t room)
{
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    ssize_t length = kernel_read(fd, text, room - 1);
    kernel_close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? 0 : length < 0 ? (int)length : -EIO;
}

/* The number at *at, which may be negative, and what follows its space. */
static uint64_t next_number(const char **at)
{
    uint64_t number = 0;
    bool negative = **at == '-';
    for (*at += negative; **at >= '0' && **at <= '9'; ++*at)
        number = number * 10 + (uint64_t)(**at - '0');
    *at += **at == ' ';
    return negative ? -number : number;
}

static void note_name(struct proc_stat *stat, const char *text, const char *end)
{
    const char *name = strchr(text, '(');
    for (size_t i = 0; i < PROC_NAME - 1 && name != NULL && name + 1 + i < end; i++)
        stat->name[i] = name[1 + i];
}

/* Fields, proc(5). */
enum { PARENT = 4, THREADS = 20, START_TIME = 22, CODE = 26, STACK = 28, BREAK = 47, STATUS = 52 };

static void note_number(struct proc_stat *stat, int field, uint64_t number)
{
    switch (field) {
    case PARENT: stat->parent = (int)number; break;
    case THREADS: stat->threads = (unsigned)number; break;
    case START_TIME: stat->start_time = number; break;
    case CODE: stat->code = number > 1 ? number : 0; break;
    case STACK: stat->stack = number; break;
    case BREAK: stat->break_start = number; break;
    case STATUS:
        if (stat->state == 'Z' || stat->state == 'X')
            stat->status = (int)number;
        break;
    }
}

static int read_stat(const char *path, struct proc_stat *stat)
{
    char text[1024];
    int error = read_text(path, text, sizeof text);
    if (error != 0)
        return error;
    const char *at = text, *name_end = strrchr(text, ')'); /* the name may hold anything */
    if (name_end == NULL || name_end[1] != ' ' || name_end[2] == '\0')
        return -EIO;
    *stat = (struct proc_stat){.pid = (int)next_number(&at), .state = name_end[2]};
    note_name(stat, text, name_end);
    at = name_end + 3 + (name_end[3] == ' ');
    for (int field = PARENT; field <= STATUS && *at != '\0'; field++)
        note_number(stat, field, next_number(&at));
    return 0;
}

bool proc_stat(const char *path, struct proc_stat *stat) { return read_stat(path, stat) == 0; }

int proc_stat_of(int pid, struct proc_stat *stat)
{
    struct text path = {.length = 0};
    text_add(&path, "/proc/");
    text_add_number(&path, (uint64_t)pid);
    text_add(&path, "/stat");
    text_add_char(&path, '\0');
    return read_stat(path.bytes, stat);
}

static uint64_t namespace_of(const char *path)
{
    char link[64]; /* pid:[4026531836] */
    if (!kernel_readlink(path, link, sizeof link))
        return 0;
    const char *at = strchr(link, '[');
    return at != NULL && *++at != '\0' ? next_number(&at) : 0;
}

/* Start times are told in the reader's own time namespace. */
uint64_t proc_pid_namespace(void)
{
    uint64_t pids = namespace_of("/proc/self/ns/pid");
    return pids == 0 ? 0 : pids | namespace_of("/proc/self/ns/time") << 32;
}

/* The line that begins so: a process chooses its own name, and that stands in another. */
static const char *find_line(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    while (at != NULL && at != text && at[-1] != '\n')
        at = strstr(at + 1, name);
    return at;
}

static uint64_t number_after(const char *path, const char *name)
{
    char text[4096];
    if (read_text(path, text, sizeof text) != 0)
        return 0;
    const char *at = find_line(text, name);
    uint64_t number = 0;
    for (; at != NULL && *at != '\0' && *at != '\n'; at++)
        if (*at >= '0' && *at <= '9')
            number = number * 10 + (uint64_t)(*at - '0');
    return number;
}

uint64_t proc_bytes(const char *path, const char *name) { return number_after(path, name) * 1024; }

int proc_tracer(void) { return (int)number_after("/proc/self/status", "TracerPid:"); }
