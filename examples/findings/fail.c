/* SPDX-License-Identifier: MIT
 * Preloaded, makes one call fail, and knows nothing of memrestrict: the FAIL_NTH-th call of
 * FAIL_CALL (malloc, calloc or realloc) for FAIL_SIZE bytes; if FAIL_SIZE ends with "+", and all
 * calls after it. Notes in the file FAIL_NOTE that it was reached. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static long number_of(const char *name)
{
    const char *word = getenv(name);
    return word != NULL ? atol(word) : 0;
}

static int fails(const char *call, size_t size)
{
    static long met;
    static int for_good;
    const char *wanted = getenv("FAIL_CALL");
    if (!for_good && (wanted == NULL || strcmp(wanted, call) != 0 ||
                      size != (size_t)number_of("FAIL_SIZE") || ++met != number_of("FAIL_NTH")))
        return 0;
    for_good = strchr(getenv("FAIL_SIZE"), '+') != NULL;
    close(open(getenv("FAIL_NOTE"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails("malloc", size) ? NULL : __libc_malloc(size); }

void *calloc(size_t count, size_t size)
{
    return fails("calloc", count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails("realloc", size) ? NULL : __libc_realloc(block, size);
}
