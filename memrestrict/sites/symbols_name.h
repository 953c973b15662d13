/* SPDX-License-Identifier: MIT
 *
 * The name of an address, as the debug information or a symbol table has it.
 */
#ifndef MEMRESTRICT_SYMBOLS_NAME_H
#define MEMRESTRICT_SYMBOLS_NAME_H

#include <stdint.h>

struct symbols_name {
    const char *function; /* demangled; never NULL: "libfoo.so+0x1234" at worst */
    const char *file;     /* NULL: not known */
    int line;             /* 0: not known */
    const char *object;   /* the module's path; NULL: not known */
    uint64_t offset;      /* in the module's file */
};

#endif
