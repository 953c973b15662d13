/* SPDX-License-Identifier: MIT
 *
 * What a program's stderr has in the exact words of those who watch its memory: a sanitizer, or the
 * C library. Words of a program's own that sound like it ("runtime error: ...") are none.
 */
#ifndef MEMRESTRICT_SAID_H
#define MEMRESTRICT_SAID_H

enum said {
    SAID_ADDRESS = 1, /* AddressSanitizer: an access or a free that is wrong */
    SAID_HARDWARE = 2,
    SAID_THREAD = 4,
    SAID_MEMORY = 8,
    SAID_UNDEFINED = 16,
    SAID_BROKEN_HEAP = 32, /* the C library, which then aborts */
    SAID_LEAK = 64,
    SAID_CRASH = 128,     /* a sanitizer that took a deadly signal */
    SAID_BAD_ALLOC = 256, /* C++'s runtime: nobody catches std::bad_alloc */
    SAID_SANITIZERS = SAID_ADDRESS | SAID_HARDWARE | SAID_THREAD | SAID_MEMORY | SAID_UNDEFINED
};

/* A set of those. A file that is not there says nothing. */
unsigned said_in(const char *path);

#endif
