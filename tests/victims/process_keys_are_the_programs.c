/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

static pthread_key_t never_made; /* 0, as a key that was made first would be */
static void *destroyed;

static void destroy(void *value) { destroyed = value; }

static void *run(void *argument)
{
    free(malloc(8)); /* the library does what it does in a thread */
    CHECK(pthread_getspecific(never_made) == NULL);
    return argument;
}

int main(void)
{
    pthread_t thread;
    pthread_key_t key;
    free(malloc(8));
    CHECK(pthread_key_delete(never_made) == EINVAL);
    CHECK(pthread_key_create(&key, destroy) == 0 && key == never_made);
    for (int i = 0; i < 3; i++)
        CHECK(pthread_create(&thread, NULL, run, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(destroyed == NULL);
    int more = 0;
    while (pthread_key_create(&key, NULL) == 0)
        more++;
    CHECK(more >= 1021); /* of 1,024 */
    return 0;
}
