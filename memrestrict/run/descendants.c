/* SPDX-License-Identifier: MIT */
#include "run/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MOST_NUMBER = 1 << 22, /* the kernel's PID_MAX_LIMIT */
    MOST_PARENTS = 4096,
    MOST_BELOW = 1 << 16, /* processes that are looked through for one in a namespace */
    PATH_ROOM = 64,
    ROUNDS = 10 /* against those who make ever new ones */
};

bool descendants_is_number(int64_t pid) { return pid > 1 && pid <= MOST_NUMBER; }

/* One that can be opened is there, or nobody has waited for it. */
static bool is_nobody(int pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == ESRCH;
}

/* A parent is never younger than its child: one that is has got the number of one that is gone. */
static enum kin kin_of(int root, struct proc_stat stat)
{
    for (int i = 0; i < MOST_PARENTS; i++) {
        struct proc_stat parent;
        if (stat.parent == root)
            return KIN_OURS;
        if (stat.parent <= 1)
            return KIN_STRANGER;
        if (proc_stat_of(stat.parent, &parent) != 0 || parent.start_time > stat.start_time)
            return KIN_UNKNOWN;
        stat = parent;
    }
    return KIN_UNKNOWN;
}

enum kin descendants_find(int root, int pid, uint64_t start_time, struct proc_stat *stat)
{
    if (!descendants_is_number(pid))
        return KIN_GONE;
    int error = proc_stat_of(pid, stat);
    if (error != 0)
        return (error == -ENOENT || error == -ESRCH) && is_nobody(pid) ? KIN_GONE : KIN_UNKNOWN;
    bool ended = (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
    if (ended || stat->start_time != start_time)
        return KIN_GONE;
    return root == 0 ? KIN_OURS : kin_of(root, *stat);
}

static bool add(struct descendants_told *told, int pid, uint64_t start_time)
{
    if (told->count >= MOST_BELOW || !descendants_is_number(pid))
        return false;
    if ((told->count & (told->count - 1)) == 0) {
        size_t room = told->count == 0 ? 1 : 2 * told->count;
        struct descendant *list = reallocarray(told->list, room, sizeof *list);
        if (list == NULL)
            return false;
        told->list = list;
    }
    told->list[told->count++] = (struct descendant){pid, start_time};
    return true;
}

bool descendants_tell(struct descendants_told *told, int pid) { return add(told, pid, 0); }

static void add_children_of_thread(struct descendants_told *queue, int pid, const char *thread)
{
    char path[PATH_ROOM + NAME_MAX];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, thread);
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &child) == 1)
        descendants_tell(queue, child);
    if (children != NULL)
        fclose(children);
}

static void add_children(struct descendants_told *queue, int pid)
{
    char path[PATH_ROOM];
    struct dirent *thread;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    while (threads != NULL && (thread = readdir(threads)) != NULL)
        if (thread->d_name[0] != '.')
            add_children_of_thread(queue, pid, thread->d_name);
    if (threads != NULL)
        closedir(threads);
}

void descendants_each(int root, descendants_visit *visit, void *context)
{
    struct descendants_told queue = {.count = 0};
    add_children(&queue, root);
    for (size_t i = 0; i < queue.count; i++) {
        struct proc_stat stat;
        int pid = queue.list[i].pid;
        if (proc_stat_of(pid, &stat) == 0)
            visit(context, pid, stat.parent);
        add_children(&queue, pid);
    }
    descendants_told_free(&queue);
}

/* The number in the innermost namespace, which is the last of the line; 0: in no other. */
static int inner_number(int pid)
{
    char path[PATH_ROOM], line[512];
    int number = 0, last = 0, used = 0, depth = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "NSpid:", 6) != 0)
            continue;
        for (const char *at = line + 6; sscanf(at, "%d%n", &number, &used) == 1; at += used) {
            last = number;
            depth++;
        }
        break;
    }
    if (file != NULL)
        fclose(file);
    return depth > 1 ? last : 0;
}

int descendants_find_inner(int root, int inner, uint64_t start_time)
{
    struct descendants_told queue = {.count = 0};
    struct proc_stat stat;
    int found = 0;
    add_children(&queue, root);
    for (size_t i = 0; i < queue.count && found == 0; i++) {
        int pid = queue.list[i].pid;
        if (inner_number(pid) == inner && proc_stat_of(pid, &stat) == 0 &&
            stat.start_time == start_time)
            found = pid;
        add_children(&queue, pid);
    }
    descendants_told_free(&queue);
    return found;
}

bool descendants_signal(int pid, uint64_t start_time, int signal)
{
    struct proc_stat stat;
    if (!descendants_is_number(pid))
        return false;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return false;
    bool sent = proc_stat_of(pid, &stat) == 0 && stat.start_time == start_time &&
                syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0;
    close(fd);
    return sent;
}

bool descendants_is_told(const struct descendants_told *told, int pid)
{
    for (size_t i = 0; i < told->count; i++)
        if (told->list[i].pid == pid)
            return true;
    return false;
}

void descendants_told_free(struct descendants_told *told)
{
    free(told->list);
    *told = (struct descendants_told){.count = 0};
}

struct round {
    uint64_t since;
    struct descendants_told *told;
};

static void note_one(void *context, int pid, int parent)
{
    const struct round *round = context;
    struct proc_stat stat;
    (void)parent;
    if (proc_stat_of(pid, &stat) == 0 && stat.start_time >= round->since &&
        !descendants_is_told(round->told, pid))
        add(round->told, pid, stat.start_time);
}

void descendants_note_all(int root, uint64_t since, struct descendants_told *told)
{
    struct round round = {since, told};
    descendants_each(root, note_one, &round);
}

void descendants_signal_all(int root, uint64_t since, int signal, struct descendants_told *told)
{
    bool sent = true;
    for (size_t round = 0, at = 0; round < ROUNDS && sent; round++) {
        descendants_note_all(root, since, told);
        for (sent = false; at < told->count; at++) {
            const struct descendant *one = &told->list[at];
            sent |= one->start_time != 0 && descendants_signal(one->pid, one->start_time, signal);
        }
    }
}
