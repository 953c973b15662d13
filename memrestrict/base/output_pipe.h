/* SPDX-License-Identifier: MIT
 *
 * A pipe, a FIFO or a device to write to, none of which may make the command wait: what it does not
 * take at once is kept, and offered again with the next write and at the end.
 */
#ifndef MEMRESTRICT_OUTPUT_PIPE_H
#define MEMRESTRICT_OUTPUT_PIPE_H

#include "common/path_open.h"

#include <stdio.h>

struct output_pipe;

/* Writes to `fd`, which is taken over; or, if that is -1, to the FIFO at `place`, as soon as
 * somebody reads it: the place is the caller's. *file is to be written to, and fflush and fclose do
 * not wait. NULL with errno: no memory; fd is closed. */
struct output_pipe *output_pipe_open(int fd, const struct path_place *place, FILE **file);
/* After fclose: writes the rest. Waits as long as somebody who gave us the descriptor wants, but
 * not for ever for whoever is at the end of a path. 0, or the errno value of what failed:
 * ETIMEDOUT: nobody read it. */
int output_pipe_close(struct output_pipe *pipe, bool patient);

#endif
