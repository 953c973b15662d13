/* SPDX-License-Identifier: MIT
 *
 * What a program writes to one of its streams: read from a pipe, hashed whole, and kept in a file
 * up to a size, so that a program that writes for ever fills no disk, and is sent no signal.
 */
#ifndef MEMRESTRICT_CAPTURE_H
#define MEMRESTRICT_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

struct capture {
    int pipe; /* to read from; -1: it has ended */
    int file;
    uint64_t room; /* bytes that the file may still have */
    uint64_t size, hash;
};

/* Makes the file, and a pipe whose other end, close-on-exec, is *writer. False: with errno. */
bool capture_open(struct capture *stream, const char *path, uint64_t room, int *writer);
/* Makes the file alone, and a descriptor of it for the program; what is there at the end is hashed
 * by capture_hash_file. */
bool capture_open_file(struct capture *stream, const char *path, int *writer);
void capture_hash_file(struct capture *stream);
/* Takes what is there, without waiting, a bounded amount. False: there was nothing more. */
bool capture_drain(struct capture *stream);
void capture_close(struct capture *stream);

#endif
