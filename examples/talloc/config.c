/* SPDX-License-Identifier: MIT
 *
 * A daemon's configuration: read with talloc, measured, copied into a pool of exactly that size,
 * and sealed before the first worker starts. With --stray a worker writes into it all the same:
 * that is reported with its stack, and ends the daemon, where it would have served wrong answers.
 *
 *     cc -g -I include examples/talloc/config.c -o config $(pkg-config --cflags --libs talloc)
 *     printf 'port 80\nname a\n' | LD_PRELOAD=build/libmemrestrict.so ./config [--stray]
 */
#include <memrestrict.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* talloc_set_memlimit, since 2.4 */

enum { MOST = 64 << 10 }; /* bytes that a configuration may have */

struct entry {
    struct entry *next;
    const char *key, *value;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static struct entry *read_entries(TALLOC_CTX *context, FILE *file)
{
    char line[256];
    struct entry *first = NULL, **last = &first;
    while (fgets(line, sizeof line, file) != NULL) {
        size_t key = strcspn(line, " \n"), value = key + strspn(line + key, " ");
        struct entry *entry = talloc_zero(context, struct entry);
        if (entry == NULL)
            die("more than a configuration may have");
        entry->key = talloc_strndup(entry, line, key);
        entry->value = talloc_strndup(entry, line + value, strcspn(line + value, "\n"));
        if (entry->key == NULL || entry->value == NULL)
            die("more than a configuration may have");
        *last = entry;
        last = &entry->next;
    }
    return first;
}

/* What the copies take: a pool's blocks are rounded up to 16 bytes each. */
static size_t measure(TALLOC_CTX *context)
{
    return talloc_total_size(context) + 16 * talloc_total_blocks(context);
}

static const struct entry *copy_into(struct memrestrict_pool *pool, const struct entry *from)
{
    struct entry *first = NULL, **last = &first;
    for (; from != NULL; from = from->next) {
        struct entry *entry = memrestrict_pool_alloc(pool, sizeof *entry);
        if (entry == NULL)
            die("pool");
        entry->key = memrestrict_pool_strdup(pool, from->key);
        entry->value = memrestrict_pool_strdup(pool, from->value);
        if (entry->key == NULL || entry->value == NULL)
            die("pool");
        *last = entry;
        last = &entry->next;
    }
    return first;
}

static void *serve(void *config)
{
    for (const struct entry *entry = config; entry != NULL; entry = entry->next)
        printf("%s is %s\n", entry->key, entry->value);
    fflush(stdout);
    return NULL;
}

static void *stray(void *config)
{
    char *value = (char *)((const struct entry *)config)->value;
    value[0] = '9';
    return serve(config);
}

int main(int argc, char **argv)
{
    pthread_t worker;
    TALLOC_CTX *staging = talloc_new(NULL);
    if (staging == NULL || talloc_set_memlimit(staging, MOST) != 0)
        die("talloc");
    const struct entry *read = read_entries(staging, stdin);
    struct memrestrict_pool *pool = memrestrict_pool_create("config", measure(staging));
    if (pool == NULL)
        die("pool");
    const struct entry *config = copy_into(pool, read);
    talloc_free(staging);
    if (config == NULL)
        return fputs("no configuration\n", stderr), 1;
    printf("configuration %s\n", memrestrict_pool_seal(pool) ? "sealed" : "not sealed");
    if (pthread_create(&worker, NULL, argc > 1 && strcmp(argv[1], "--stray") == 0 ? stray : serve,
                       (void *)config) != 0)
        die("pthread_create");
    pthread_join(worker, NULL);
    return 0;
}
