/* SPDX-License-Identifier: MIT
 *
 * How a size like 64M is read, in settings, options, plans and files alike.
 */
#ifndef MEMRESTRICT_SIZE_H
#define MEMRESTRICT_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define SIZE_UNLIMITED UINT64_MAX

/* A size as coreutils and systemd write it: digits, then nothing or B for bytes, K M G T P E (or
 * Ki, KiB ...) for powers of 1024, KB ... for powers of 1000, upper or lower case; or "unlimited".
 * With a unit beyond bytes, digits after a point: 1.5G; the bytes are rounded down. */
bool size_parse(const char *word, uint64_t *bytes);

#endif
