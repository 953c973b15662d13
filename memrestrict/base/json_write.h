/* SPDX-License-Identifier: MIT
 *
 * A document of JSON as all reports write it: indented, with a newline at its end.
 */
#ifndef MEMRESTRICT_JSON_WRITE_H
#define MEMRESTRICT_JSON_WRITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Takes `json` over; NULL: it could not be made, for want of memory. False: with errno. */
bool json_write(FILE *file, json_t *json);

#endif
