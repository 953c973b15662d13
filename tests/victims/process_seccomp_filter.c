/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* All but these calls kill the process: what malloc itself makes, and what it takes to end ... */
static const unsigned for_malloc[] = {
    SYS_read,  SYS_write,  SYS_exit,      SYS_exit_group, SYS_rt_sigreturn,
    SYS_brk,   SYS_munmap, SYS_mprotect,  SYS_mremap,     SYS_madvise,
    SYS_futex, SYS_mmap,   SYS_getrandom,
#ifdef SYS_mmap2
    SYS_mmap2,
#endif
};
/* ... what a program with threads makes ... */
static const unsigned for_starting_threads[] = {
    SYS_clone, SYS_clone3, SYS_set_robust_list, SYS_rseq, SYS_rt_sigprocmask, SYS_rt_sigaction,
};
/* ... and, as the README says, what the library makes there, */
static const unsigned for_threads[] = {
    SYS_rt_sigprocmask, SYS_futex, SYS_membarrier, SYS_getpid, SYS_gettid, SYS_madvise,
};
/* and for a report. */
static const unsigned for_report[] = {
    SYS_getpid,     SYS_openat,         SYS_fstat,         SYS_statx,
    SYS_close,      SYS_rt_sigprocmask, SYS_rt_sigpending,
#ifdef SYS_newfstatat
    SYS_newfstatat,
#else
    SYS_fstat64, SYS_fstatat64,
#endif
};

#define COUNT(calls) (int)(sizeof(calls) / sizeof(calls)[0])
enum { ROOM = 128 };

static unsigned short allow(struct sock_filter *filter, const unsigned *calls, int count)
{
    for (int i = 0; i < count; i++) {
        filter[2 * i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
        filter[2 * i + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    return (unsigned short)(2 * count);
}

static void forbid_all_others(const char *mode)
{
    struct sock_filter filter[ROOM] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_fprog program = {.len = 1, .filter = filter};
    program.len += allow(&filter[program.len], for_malloc, COUNT(for_malloc));
    if (strcmp(mode, "report") == 0)
        program.len += allow(&filter[program.len], for_report, COUNT(for_report));
    if (strcmp(mode, "threads") == 0) {
        program.len +=
            allow(&filter[program.len], for_starting_threads, COUNT(for_starting_threads));
        program.len += allow(&filter[program.len], for_threads, COUNT(for_threads));
    }
    filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void *use_and_free(void *unused)
{
    for (int i = 0; i < 1000; i++)
        free(malloc(10000));
    return unused;
}

/* Two that have stocks at once, and give them back when the last bytes are asked for. */
static void use_threads(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, use_and_free, NULL) == 0);
    use_and_free(NULL);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
    size_t blocks = 0;
    const char *mode = argc == 2 ? argv[1] : "";
    forbid_all_others(mode);
    if (strcmp(mode, "threads") == 0)
        use_threads();
    while (malloc(10000) != NULL) /* over several of the ledger's windows */
        blocks++;
    void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (blocks < 1000 || blocks > 2000 || pages != MAP_FAILED)
        _exit(1);
    return 0;
}
