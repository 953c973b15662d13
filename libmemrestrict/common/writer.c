/* SPDX-License-Identifier: MIT */
#include "common/writer.h"

#include "common/path_open.h"
#include "common/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

void text_add_char(struct text *text, char c)
{
    if (text->length < WRITER_ROOM)
        text->bytes[text->length++] = c;
}

void text_add(struct text *text, const char *word)
{
    while (*word != '\0')
        text_add_char(text, *word++);
}

void text_add_quoted(struct text *text, const char *word, size_t length)
{
    enum { LONGEST = 100 };
    size_t shown = length < LONGEST ? length : LONGEST;
    for (size_t i = 0; i < shown;) {
        unsigned bytes = utf8_length(word + i, length - i);
        if (bytes == 0 || utf8_steers(word + i, bytes)) {
            text_add_char(text, '?');
            i += bytes != 0 ? bytes : 1;
        } else {
            while (bytes-- > 0)
                text_add_char(text, word[i++]);
        }
    }
    if (length > LONGEST)
        text_add(text, "...");
}

void text_add_number(struct text *text, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        text_add_char(text, digits[--count]);
}

void text_add_hexadecimal(struct text *text, uint64_t number, unsigned digits)
{
    while (digits < 16 && number >> 4 * digits != 0)
        digits++;
    while (digits-- > 0)
        text_add_char(text, "0123456789abcdef"[number >> 4 * digits & 0xf]);
}

void text_add_size(struct text *text, uint64_t bytes)
{
    static const char units[] = "KMGTPE";
    text_add_number(text, bytes);
    text_add(text, bytes == 1 ? " byte" : " bytes");
    if (bytes < 1024)
        return;
    unsigned unit = 0;
    uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    for (; tenths >= 10240 && unit < sizeof units - 2; unit++)
        tenths /= 1024;
    text_add(text, " (");
    text_add_number(text, tenths / 10);
    text_add_char(text, '.');
    text_add_number(text, tenths % 10);
    text_add_char(text, ' ');
    text_add_char(text, units[unit]);
    text_add(text, "iB)");
}

void text_add_error(struct text *text, int error)
{
    static const struct {
        int error;
        const char *words;
    } known[] = {
        {EACCES, "permission denied"},
        {ENOENT, "no such file or directory"},
        {EISDIR, "it is a directory"},
        {ENOTDIR, "not a directory"},
        {EROFS, "read-only file system"},
        {ENOSPC, "no space left on device"},
        {EMFILE, "too many open files"},
        {EBADF, "it is not open"},
        {ENAMETOOLONG, "the name is too long"},
        {ELOOP, "it is another user's link"},
        {ENXIO, "nobody reads it"},
        {EAGAIN, "nobody reads on"},
        {ENOSYS, "not allowed here"},
        {EPERM, "not permitted"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error == error) {
            text_add(text, known[i].words);
            return;
        }
    text_add(text, "error ");
    text_add_number(text, (uint64_t)error);
}

/* Who reads a pipe, or a terminal that was stopped, may never go on: it is not waited for long. */
enum { WAITS = 100, WAIT_MS = 10 };

static void wait_a_little(void)
{
    _Atomic int32_t never = 0;
    kernel_wait_shared(&never, 0, WAIT_MS);
}

static ssize_t write_some(int fd, const char *bytes, size_t length)
{
    ssize_t now;
    int waits = 0;
    while ((now = kernel_write(fd, bytes, length)) == -EINTR || (now == -EAGAIN && waits++ < WAITS))
        if (now == -EAGAIN)
            wait_a_little();
    return now == 0 ? -EIO : now;
}

/* A pipe without a reader, a file at its size limit and a terminal that stops background jobs make
 * signals; the program did not write and shall not get them. */
static int write_all(int fd, const struct text *text)
{
    static const int made_by_writes[] = {SIGPIPE, SIGXFSZ, SIGTTOU, 0};
    struct kernel_mask mask;
    kernel_signals_block_these(made_by_writes,
                               &mask); /* others may end a program that waits here */
    bool had_pipe = kernel_signal_pending(SIGPIPE), had_size = kernel_signal_pending(SIGXFSZ);
    ssize_t now = 0;
    for (size_t done = 0; done < text->length && now >= 0; done += now > 0 ? (size_t)now : 0)
        now = write_some(fd, text->bytes + done, text->length - done);
    if (now == -EPIPE && !had_pipe)
        kernel_signal_discard(SIGPIPE);
    if (now == -EFBIG && !had_size)
        kernel_signal_discard(SIGXFSZ);
    kernel_signals_restore(&mask);
    return now < 0 ? (int)now : 0;
}

int writer_send(int fd, const struct text *text) { return write_all(fd, text); }

void writer_stderr(const struct text *text) { write_all(2, text); }

/* A number that programs which count their descriptors, or take the lowest free one, do not meet.
 */
static int move_away(int fd)
{
    static const int tries[] = {1000, 200, 50, 3};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        int copy = kernel_dup_above(fd, tries[i]);
        if (copy >= 0)
            return copy;
    }
    return -EMFILE;
}

static bool is_ours(const struct sink *sink, int fd)
{
    struct kernel_identity now;
    return fd >= 0 && kernel_identity(fd, &now) && now.device == sink->identity.device &&
           now.inode == sink->identity.inode && now.birth == sink->identity.birth;
}

void sink_note(struct sink *sink, int fd)
{
    struct text link = {.length = 0};
    sink->fd = -1;
    sink->found = true;
    if (!kernel_identity(fd, &sink->identity))
        sink->identity = (struct kernel_identity){0}; /* no file's: a device number is not 0 */
    text_add(&link, "/proc/self/fd/");
    text_add_number(&link, (uint64_t)fd);
    text_add_char(&link, '\0');
    if (!kernel_readlink(link.bytes, sink->path, sizeof sink->path) || sink->path[0] != '/')
        sink->path[0] = '\0';
}

bool sink_keep(struct sink *sink, int fd)
{
    sink_note(sink, fd);
    if (sink->identity.device == 0)
        return false;
    sink->fd = move_away(fd);
    return true;
}

static int open_path(const struct sink *sink)
{
    int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK; /* a FIFO, a device */
    return sink->found ? kernel_open(sink->path, flags) : path_open(sink->path, flags | O_CREAT);
}

int sink_open(struct sink *sink)
{
    sink->found = false;
    int fd = open_path(sink);
    if (fd < 0)
        return fd;
    int kept = move_away(fd);
    if (kept >= 0) {
        kernel_close(fd);
        fd = kept;
    }
    sink->fd = fd;
    return kernel_identity(fd, &sink->identity) ? 0 : -EBADF;
}

void sink_close(struct sink *sink)
{
    if (is_ours(sink, sink->fd))
        kernel_close(sink->fd);
    sink->fd = -1;
}

int sink_write(struct sink *sink, const struct text *text)
{
    if (is_ours(sink, sink->fd))
        return write_all(sink->fd, text);
    if (is_ours(sink, 2))
        return write_all(2, text);
    int fd = sink->path[0] != '\0' ? open_path(sink) : -EBADF;
    for (int waits = 0; fd == -ENXIO && waits < WAITS; waits++) {
        wait_a_little(); /* for who is just about to open the other end */
        fd = open_path(sink);
    }
    if (fd < 0)
        return fd;
    /* The path of a deleted file, say, may lead elsewhere now. */
    int result = sink->found && !is_ours(sink, fd) ? -EBADF : write_all(fd, text);
    kernel_close(fd);
    return result;
}
