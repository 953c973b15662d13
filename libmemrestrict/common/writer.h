/* SPDX-License-Identifier: MIT
 *
 * Text out, without malloc, stdio or a cancellation point. A `text` is a buffer that is filled and
 * cut off when full; a `sink` is a descriptor that the library keeps for itself and checks before
 * each use, since a program may close it and reuse its number.
 */
#ifndef MEMRESTRICT_WRITER_H
#define MEMRESTRICT_WRITER_H

#include "common/kernel.h"

/* A text may stand on the stack of a signal handler, which can be 8 KiB in all. */
enum { WRITER_ROOM = 2048, WRITER_PATH = 4096 };

struct text {
    size_t length;
    char bytes[WRITER_ROOM];
};

void text_add(struct text *text, const char *word);
void text_add_char(struct text *text, char c);
/* A stranger's word of `length` bytes, about 100 of them at most; what would steer a terminal or is
 * no UTF-8 as '?'. */
void text_add_quoted(struct text *text, const char *word, size_t length);
void text_add_number(struct text *text, uint64_t number);
/* In small letters, with zeros before it up to so many digits. */
void text_add_hexadecimal(struct text *text, uint64_t number, unsigned digits);
/* "1048576 bytes (1.0 MiB)"; only the bytes below 1 KiB. */
void text_add_size(struct text *text, uint64_t bytes);
/* The name of an errno value, or its number. */
void text_add_error(struct text *text, int error);

struct sink {
    int fd;                          /* -1: not open */
    struct kernel_identity identity; /* of the file behind fd when it was opened */
    char path[WRITER_PATH];          /* where to open it again; empty if there is no such place */
    bool found; /* it was the program's, and must be the same file when reopened */
};

/* For what belongs to the program, its stderr: notes which file `fd` is, so that it is written to
 * while descriptor 2 still is that file, or its path leads there. */
void sink_note(struct sink *sink, int fd);
/* The same, and keeps a copy of `fd`. False: fd is not open. */
bool sink_keep(struct sink *sink, int fd);
/* Opens sink->path for appending, making the file if need be. 0, or a negative errno value. */
int sink_open(struct sink *sink);
/* Closes the descriptor, if it still is the sink's own. */
void sink_close(struct sink *sink);
/* Writes all of the text; opens the sink again if the program closed it. 0, or a negative errno. */
int sink_write(struct sink *sink, const struct text *text);

/* To a descriptor that the program asks to be written to. 0, or a negative errno value. */
int writer_send(int fd, const struct text *text);
/* One line to whatever is descriptor 2 now: for what cannot wait and has no sink. */
void writer_stderr(const struct text *text);

#endif
