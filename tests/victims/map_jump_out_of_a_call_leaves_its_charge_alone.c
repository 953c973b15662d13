/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#else
#define MMAP SYS_mmap
#endif

/* A handler that jumps out of mmap leaves what that call was about to charge, which is a limit that
 * the README states: so much and no more, and all other calls are counted as ever. */
enum { JUMPS = 20, STRUCK = 0x12000 };

static sigjmp_buf out;

static void jump(int signal)
{
    (void)signal;
    siglongjmp(out, 1);
}

/* From now on a mapping of that length is a signal instead. */
static int strike(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MMAP, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STRUCK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    CHECK(signal(SIGSYS, jump) != SIG_ERR);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void fill(void)
{
    while (mmap(NULL, 16 * PAGE, RW, ANON, -1, 0) != MAP_FAILED)
        continue;
    CHECK(errno == ENOMEM && usage().used <= usage().limit);
    CHECK(usage().limit - usage().used < 16 * PAGE);
}

int main(void)
{
    volatile int jumps = 0;
    int status = 9;
    char *memory = map_rw(4 * PAGE);
    uint64_t before = used();
    if (strike() != 0)
        return 77; /* no filters here */
    while (jumps < JUMPS)
        if (sigsetjmp(out, 1) == 0)
            CHECK(mmap(NULL, STRUCK, RW, ANON, -1, 0) == MAP_FAILED);
        else
            jumps++;
    CHECK(used() == before + JUMPS * (uint64_t)STRUCK);
    unmap(memory, 4 * PAGE);
    CHECK(used() == before + JUMPS * (uint64_t)STRUCK - 4 * PAGE);
    pid_t child = fork();
    if (child == 0) {
        fill();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    fill();
    return 0;
}
