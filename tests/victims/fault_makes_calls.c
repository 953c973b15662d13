/* SPDX-License-Identifier: MIT
 *
 * Makes the calls that its arguments name, and prints for each whether it came back (.) or failed
 * (x) as it should: with ENOMEM, a thread with EAGAIN, and what it had unharmed. CALL or CALL:SIZE,
 * and N*CALL for N of them; also usr1 (the signal), touch:PATH, fork (the rest in a child, which
 * its parent waits for).
 */
#include "victim.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static char line[1000];
static size_t length;

static void note(bool done)
{
    CHECK(length < sizeof line);
    CHECK(done || errno == ENOMEM);
    line[length++] = done ? '.' : 'x';
}

static void print(void)
{
    line[length] = '\n';
    CHECK(write(1, line, length + 1) == (ssize_t)length + 1);
    length = 0;
}

/* A frame of its own, that the compiler does not drop. */
#define FRAME __attribute__((noinline, noclone))

FRAME void *parse_record(size_t size)
{
    void *block = malloc(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

static FRAME void *parse_header(size_t size)
{
    void *block = parse_record(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

/* A NULL says that the block is gone. */
static void release(void)
{
    uint64_t before = used();
    free(realloc(malloc(30), 0));
    note(used() == before);
}

static void resize(size_t from, size_t to, bool by_array)
{
    char *block = malloc(from);
    if (block == NULL) {
        note(false);
        return;
    }
    memset(block, 7, from);
    errno = 0;
    char *moved = by_array ? reallocarray(block, 1, to) : realloc(block, to);
    note(moved != NULL);
    if (moved == NULL)
        for (size_t i = 0; i < from; i++)
            CHECK(block[i] == 7);
    free(moved != NULL ? moved : block);
}

static void map(const char *call)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *pages = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;
    if (strcmp(call, "mmap") == 0 || pages == MAP_FAILED) {
        note(pages != MAP_FAILED);
    } else if (strcmp(call, "mprotect") == 0) {
        note(mprotect(pages, page, PROT_READ | PROT_WRITE) == 0);
    } else {
        moved = mremap(pages, 4 * page, 8 * page, MREMAP_MAYMOVE);
        note(moved != MAP_FAILED);
        pages = moved != MAP_FAILED ? moved : pages;
    }
    if (pages != MAP_FAILED)
        munmap(pages, 4 * page);
}

static void *allocate_in_thread(void *size)
{
    prctl(PR_SET_NAME, "worker");
    void *block = malloc(*(size_t *)size);
    note(block != NULL);
    free(block);
    return NULL;
}

static void run_thread(size_t size)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, allocate_in_thread, &size);
    CHECK(error == 0 || error == EAGAIN);
    if (error == 0)
        pthread_join(thread, NULL);
    else
        line[length++] = 'X';
}

static void aligned(size_t size)
{
    void *block = &block, *before = block;
    int error = posix_memalign(&block, 64, size);
    CHECK(error == 0 || (error == ENOMEM && block == before));
    errno = error;
    note(error == 0);
    free(error == 0 ? block : NULL);
}

static void note_block(void *block)
{
    note(block != NULL);
    free(block);
}

static void handle(const char *call, size_t size)
{
    errno = 0;
    if (strcmp(call, "malloc") == 0)
        note_block(malloc(size));
    else if (strcmp(call, "calloc") == 0)
        note_block(calloc(1, size));
    else if (strcmp(call, "overflow") == 0)
        note_block(calloc(SIZE_MAX / 2, size));
    else if (strcmp(call, "release") == 0)
        release();
    else if (strcmp(call, "grow") == 0)
        resize(size / 2, size, false);
    else if (strcmp(call, "shrink") == 0)
        resize(2 * size, size, false);
    else if (strcmp(call, "reallocarray") == 0)
        resize(size, size, true);
    else if (strcmp(call, "posix_memalign") == 0)
        aligned(size);
    else if (strcmp(call, "aligned_alloc") == 0)
        note_block(aligned_alloc(64, size));
    else if (strcmp(call, "strdup") == 0)
        note_block(strdup("twelve bytes"));
    else if (strcmp(call, "record") == 0)
        note_block(parse_record(size));
    else if (strcmp(call, "header") == 0)
        note_block(parse_header(size));
    else if (strcmp(call, "sbrk") == 0)
        note(sbrk(4096) != (void *)-1);
    else if (strcmp(call, "thread") == 0)
        run_thread(size);
    else
        map(call);
}

static void go_on_in_child(void)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        line[length++] = '|';
        return;
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    _exit(0);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char call[200], *word = argv[i], *star = strchr(word, '*'), *colon;
        long count = star != NULL ? strtol(word, NULL, 10) : 1;
        snprintf(call, sizeof call, "%s", star != NULL ? star + 1 : word);
        if ((colon = strchr(call, ':')) != NULL)
            *colon++ = '\0';
        if (strcmp(call, "usr1") == 0)
            raise(SIGUSR1);
        else if (strcmp(call, "fork") == 0)
            go_on_in_child();
        else if (strcmp(call, "touch") == 0)
            close(open(colon, O_CREAT | O_WRONLY, 0600));
        else
            for (long j = 0; j < count; j++)
                handle(call, colon != NULL ? (size_t)atol(colon) : 24);
    }
    print();
    return 0;
}
