/* SPDX-License-Identifier: MIT
 *
 * For settings victims: output that allocates nothing, so that it shows in no count.
 */
#ifndef SETTINGS_SAY_H
#define SETTINGS_SAY_H

#include "victim.h"

#include <inttypes.h>
#include <stdarg.h>

static inline __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    CHECK(write(1, text, (size_t)length) == length);
}

#endif
