/* SPDX-License-Identifier: MIT */
#include "common/kernel_threads.h"

#include "common/kernel.h"
#include "common/kernel_call.h"
#include "common/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum { TEXT_ROOM = 2048 };

struct entry { /* as getdents64(2) has it */
    uint64_t inode;
    int64_t next;
    unsigned short length;
    unsigned char type;
    char name[];
};

/* 0: it is no number. */
static int number_of(const char *word)
{
    int number = 0;
    for (; *word >= '0' && *word <= '9'; word++)
        number = 10 * number + (*word - '0');
    return *word == '\0' ? number : 0;
}

static int add_entries(const char *buffer, long length, int *ids, int count, int room)
{
    for (long at = 0; at < length;) {
        const struct entry *entry = (const void *)(buffer + at);
        int id = number_of(entry->name);
        if (id != 0 && count < room)
            ids[count] = id;
        count += id != 0;
        at += entry->length;
    }
    return count;
}

int kernel_threads(int *ids, int room)
{
    _Alignas(uint64_t) char buffer[4096];
    int count = 0, fd = kernel_open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long length;
    while ((length = KERNEL_CALL(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
        count = add_entries(buffer, length, ids, count, room);
    kernel_close(fd);
    return length < 0 ? (int)length : count;
}

int kernel_thread_signal(int thread, int number)
{
    return (int)KERNEL_CALL(SYS_tgkill, kernel_pid(), thread, number);
}

/* A file of the thread's, as text; false: it is not to be had. */
static bool read_text(int thread, const char *name, char text[TEXT_ROOM])
{
    struct text path = {.length = 0};
    text_add(&path, "/proc/self/task/");
    text_add_number(&path, (uint64_t)thread);
    text_add_char(&path, '/');
    text_add(&path, name);
    text_add_char(&path, '\0');
    int fd = kernel_open(path.bytes, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? kernel_read(fd, text, TEXT_ROOM - 1) : -1;
    if (fd >= 0)
        kernel_close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static uint64_t hexadecimal(const char *word)
{
    uint64_t number = 0;
    for (;; word++)
        if (*word >= '0' && *word <= '9')
            number = number << 4 | (uint64_t)(*word - '0');
        else if (*word >= 'a' && *word <= 'f')
            number = number << 4 | (uint64_t)(*word - 'a' + 10);
        else
            return number;
}

/* The last but one word of "NUMBER ARGUMENTS SP PC", each "0x..."; 0: it runs. */
static uintptr_t stack_in(const char *text)
{
    const char *last = NULL, *before = NULL;
    for (const char *at = strstr(text, "0x"); at != NULL; at = strstr(at + 2, "0x")) {
        before = last;
        last = at;
    }
    return before != NULL ? (uintptr_t)hexadecimal(before + 2) : 0;
}

void kernel_thread_look(int thread, int number, struct kernel_thread_state *state)
{
    char text[TEXT_ROOM];
    *state = (struct kernel_thread_state){0};
    if (!read_text(thread, "status", text))
        return;
    const char *word = strstr(text, "\nState:"), *blocked = strstr(text, "\nSigBlk:");
    if (word != NULL)
        state->state = word[strlen("\nState:\t")];
    if (blocked != NULL)
        state->is_blocking = hexadecimal(blocked + strlen("\nSigBlk:\t")) >> (number - 1) & 1;
    if (read_text(thread, "syscall", text))
        state->sp = stack_in(text);
}

long kernel_memory_read(void *to, uintptr_t from, size_t bytes)
{
    struct iovec here = {to, bytes}, there = {(void *)from, bytes};
    return KERNEL_CALL(SYS_process_vm_readv, kernel_pid(), &here, 1L, &there, 1L, 0L);
}

void kernel_signals_block_but_faults(void)
{
    enum { WORD = 8 * sizeof(unsigned long) };
    struct kernel_mask mask;
    static const int faults[] = {SIGSEGV, SIGBUS};
    memset(&mask, 0xff, sizeof mask);
    for (int i = 0; i < 2; i++)
        mask.words[(faults[i] - 1) / WORD] &= ~(1ul << (faults[i] - 1) % WORD);
    kernel_signals_restore(&mask);
}
