/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

static int fd;

/* How often it was crossed since it was asked last. */
static uint64_t crossed(void)
{
    uint64_t count = 0;
    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

static void takes_what_it_is_told(void)
{
    int null = open("/dev/null", O_WRONLY), pipes[2];
    CHECK(pipe(pipes) == 0);
    CHECK(!memrestrict_soft_set(MIB, -1) && errno == EBADF);
    CHECK(!memrestrict_soft_set(MIB, null) && errno == EINVAL);
    CHECK(!memrestrict_soft_set(MIB, pipes[1]) && errno == EINVAL);
    CHECK(memrestrict_soft_set(MEMRESTRICT_UNLIMITED, -1));
    CHECK(memrestrict_soft_set(used(), fd) && crossed() == 0);
    free(malloc(1));
    CHECK(crossed() == 1);
}

/* To the byte; then there is no level, until it is set again. */
static void tells_of_the_byte_beyond(void)
{
    char *block = malloc(1000);
    CHECK(memrestrict_soft_set(used() + 2 * MIB, fd));
    char *rest = malloc(2 * MIB);
    CHECK(rest != NULL && crossed() == 0);
    errno = 7;
    CHECK((block = realloc(block, 1001)) != NULL && errno == 7 && crossed() == 1);
    free(rest);
    CHECK((rest = malloc(3 * MIB)) != NULL && crossed() == 0);
    CHECK(memrestrict_soft_set(used() - 1, fd) && crossed() == 1);
    CHECK(memrestrict_soft_set(used(), fd) && crossed() == 0);
    CHECK(memrestrict_soft_set(MEMRESTRICT_UNLIMITED, -1));
    free(malloc(MIB));
    CHECK(crossed() == 0);
    free(rest);
    free(block);
}

static void refusals_do_not_cross_it(void)
{
    CHECK(memrestrict_soft_set(4 * MIB, fd));
    CHECK(malloc(9 * MIB) == NULL && crossed() == 0 && refusals() == 1);
    CHECK(memrestrict_limit_set(3 * MIB) && malloc(3 * MIB + 1) == NULL && crossed() == 0);
    CHECK(memrestrict_limit_set(MEMRESTRICT_UNLIMITED) && crossed() == 0);
    char *pages = mmap(NULL, 5 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && crossed() == 1);
    CHECK(malloc(8 * MIB) == NULL && refusals() == 3);
    munmap(pages, 5 * MIB);
}

/* Nor is the level anywhere near the limit of a child. */
static void children_have_none(void)
{
    int status;
    CHECK(memrestrict_soft_set(4 * MIB, fd));
    pid_t child = fork();
    if (child == 0)
        _exit(malloc(5 * MIB) != NULL && crossed() == 0 ? 0 : 1);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    char *block = malloc(5 * MIB);
    CHECK(block != NULL && crossed() == 1);
    free(block);
}

/* And what has taken its number is not written to. */
static void a_closed_one_is_let_be(void)
{
    char name[] = "/tmp/memrestrict-soft-XXXXXX";
    int other = mkstemp(name);
    CHECK(other >= 0 && unlink(name) == 0 && memrestrict_soft_set(4 * MIB, fd));
    CHECK(dup2(other, fd) == fd);
    char *block = malloc(5 * MIB);
    CHECK(block != NULL && lseek(other, 0, SEEK_END) == 0);
    free(block);
}

/* Nobody waits where it has no room for 1 more. */
static void a_full_one_is_not_waited_for(void)
{
    uint64_t most = UINT64_MAX - 1;
    int full = eventfd(0, 0);
    CHECK(write(full, &most, sizeof most) == sizeof most && memrestrict_soft_set(4 * MIB, full));
    char *block = malloc(5 * MIB);
    CHECK(block != NULL && read(full, &most, sizeof most) == sizeof most && most == UINT64_MAX - 1);
    free(block);
}

/* With a limit of 8 MiB. */
int main(void)
{
    fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    takes_what_it_is_told();
    tells_of_the_byte_beyond();
    refusals_do_not_cross_it();
    children_have_none();
    a_closed_one_is_let_be();
    a_full_one_is_not_waited_for();
    return 0;
}
