/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { SLOTS = 64, ROUNDS = 2000 };

static char *slots[SLOTS];

static size_t length_of(char **slot) { return (size_t)(1 + (slot - slots) % 3) * PAGE; }

static volatile int blocked;

static void on_block(int signal)
{
    (void)signal;
    blocked++;
}

/* From now on the call that blocks signals is a signal. */
static int strike(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    CHECK(signal(SIGSYS, on_block) != SIG_ERR);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* A program that maps and unmaps in turn pays for no system calls but its own; now and then there
 * is no room, and then it does. */
int main(void)
{
    uint64_t before = used();
    unsigned random = 1;
    if (strike() != 0)
        return 77; /* no filters here */
    for (int i = 0; i < ROUNDS; i++) {
        random = random * 1103515245 + 12345;
        char **slot = &slots[random >> 16 & (SLOTS - 1)];
        if (*slot != NULL)
            unmap(*slot, length_of(slot));
        *slot = map_rw(length_of(slot));
    }
    CHECK(blocked < ROUNDS / 4);
    for (int i = 0; i < SLOTS; i++)
        if (slots[i] != NULL)
            unmap(slots[i], length_of(&slots[i]));
    CHECK(used() == before);
    return 0;
}
