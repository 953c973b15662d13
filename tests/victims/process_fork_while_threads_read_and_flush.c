/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* After glibc's tst-malloc-fork-deadlock: getline allocates under the stream's lock, fflush(NULL)
 * takes the list's lock and then each stream's, fork takes the list's and every lock of malloc's.
 */
static atomic_bool over;

static void *read_lines(void *file)
{
    char *line = NULL;
    size_t room = 0;
    while (!over) {
        rewind(file);
        while (getline(&line, &room, file) >= 0)
            ;
        free(line);
        line = NULL;
        room = 0;
    }
    return NULL;
}

static void *flush_all(void *unused)
{
    for (; !over; usleep(20))
        CHECK(fflush(NULL) == 0);
    return unused;
}

/* The last line does not fit into the budget: getline is refused while it holds the stream. */
static FILE *lines(void)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    for (int length = 10; length < 10000; length *= 10)
        CHECK(fprintf(file, "%*d\n", length, length) > length);
    for (size_t i = 0; i < 200 * KIB; i++)
        putc('x', file);
    CHECK(fflush(file) == 0);
    return file;
}

static void fork_once(void)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        FILE *zeros = fopen("/dev/zero", "r");
        CHECK(zeros != NULL && getc(zeros) == 0 && fclose(zeros) == 0 && fflush(NULL) == 0);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv)
{
    pthread_t reader[2], flusher;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&reader[i], NULL, read_lines, lines()) == 0);
    CHECK(pthread_create(&flusher, NULL, flush_all, NULL) == 0);
    for (int forks = argc > 1 ? atoi(argv[1]) : 300; forks > 0 || refusals() == 0; forks--)
        fork_once();
    over = true;
    CHECK(pthread_join(reader[0], NULL) == 0 && pthread_join(reader[1], NULL) == 0);
    CHECK(pthread_join(flusher, NULL) == 0);
    return 0;
}
