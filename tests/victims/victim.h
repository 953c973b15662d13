/* SPDX-License-Identifier: MIT
 *
 * For victims: programs of some lines, each named after the property that it shows. A victim exits
 * with 0 if the property holds; CHECK says what does not.
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <memrestrict.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* dprintf allocates in some versions of glibc: no more counting after a message. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            dprintf(2, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);           \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* This process's figures from the library; ends the victim if it does not run under it. */
static inline struct memrestrict_usage usage(void)
{
    static bool (*get)(struct memrestrict_usage *, size_t);
    struct memrestrict_usage now;
    if (get == NULL)
        get = (bool (*)(struct memrestrict_usage *, size_t))dlsym(RTLD_DEFAULT,
                                                                  "memrestrict_usage_get");
    CHECK(get != NULL);
    CHECK(get(&now, sizeof now));
    return now;
}

static inline uint64_t used(void) { return usage().used; }
static inline uint64_t refusals(void) { return usage().refusals; }

#endif
