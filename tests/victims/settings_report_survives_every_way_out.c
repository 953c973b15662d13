/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <pthread.h>

static const char *way;

static ssize_t leave_in_flush(void *cookie, const char *bytes, size_t size)
{
    (void)cookie;
    (void)bytes;
    (void)size;
    _exit(3);
}

/* stdio writes what is left after all destructors have run. */
static void leave_in_last_flush(void)
{
    cookie_io_functions_t functions = {.write = leave_in_flush};
    FILE *file = fopencookie(NULL, "w", functions);
    CHECK(file != NULL && fputs("text", file) >= 0);
    exit(4);
}

static void leave(void)
{
    if (strcmp(way, "flush") == 0)
        leave_in_last_flush();
    if (strcmp(way, "exit") == 0)
        exit(3);
    if (strcmp(way, "_exit") == 0)
        _exit(3);
    if (strcmp(way, "_Exit") == 0)
        _Exit(3);
    if (strcmp(way, "quick_exit") == 0)
        quick_exit(3);
}

static void *leave_in_thread(void *argument)
{
    leave();
    return argument;
}

/* The name of the function that ends it, "flush" or "return"; then perhaps "thread". */
int main(int argc, char **argv)
{
    pthread_t thread;
    CHECK(argc > 1);
    way = argv[1];
    if (argc > 2) {
        CHECK(pthread_create(&thread, NULL, leave_in_thread, NULL) == 0);
        for (;;)
            pause();
    }
    leave();
    return 3;
}
