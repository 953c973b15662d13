/* SPDX-License-Identifier: MIT
 *
 * argp, whose own messages repeat what was on the command line: here they are made safe.
 */
#ifndef MEMRESTRICT_ARGP_QUOTED_H
#define MEMRESTRICT_ARGP_QUOTED_H

#include <argp.h>

/* argp_parse(3), whose stderr is text made safe meanwhile. */
error_t argp_parse_quoted(const struct argp *argp, int argc, char **argv, unsigned flags,
                          void *input);

#endif
