/* SPDX-License-Identifier: MIT
 *
 * Submissions of a few lines each, by name: what a judge must tell apart. An exit status of 99 says
 * that something went through that must not.
 */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, BAD = 99 };
static const char *argument = "";
static volatile int always = 1;

static void *map(size_t size, int prot, int flags)
{
    return mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static int ok(void) { return puts("hello") < 0; }
static int reads(void)
{
    int n = 0;
    return scanf("%d", &n) == 1 && n == 21 ? printf("%d\n", 2 * n) < 0 : 1;
}
static int survives_refusal(void) { return malloc(1000 * MIB) != NULL; }
static int exits_after_refusal(void) { return malloc(1000 * MIB) == NULL ? 1 : 0; }
static int aborts_after_refusal(void)
{
    if (malloc(1000 * MIB) == NULL)
        abort();
    return 0;
}
static int null_after_refusal(void)
{
    volatile char *memory = malloc(1000 * MIB);
    *memory = 1;
    return 0;
}
static int busy_after_refusal(void)
{
    for (volatile int i = malloc(1000 * MIB) != NULL; i >= 0;)
        i = i == 5;
    return 0;
}
static int shared_anonymous(void)
{
    for (int i = 0; i < 1000; i++) {
        char *part = map(MIB, PROT_READ | PROT_WRITE, MAP_SHARED);
        if (part == MAP_FAILED)
            return 1;
        memset(part, 1, MIB);
    }
    return BAD;
}
static int commits_reservation(void)
{
    char *all = map(500 * MIB, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
    return mprotect(all, 500 * MIB, PROT_READ | PROT_WRITE) != 0 ? 1 : BAD;
}
static int commits_by_fixed(void)
{
    char *all = map(500 * MIB, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
    return mmap(all, 500 * MIB, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED
               ? 1
               : BAD;
}
static int writes_then_protects(void)
{
    for (int i = 0; i < 500; i++) {
        char *part = map(MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);
        if (part == MAP_FAILED)
            return 1;
        memset(part, 1, MIB);
        mprotect(part, MIB, PROT_READ);
    }
    return BAD;
}
/* Memory that is never writable. */
static int writes_past_protection(void)
{
    char *all = map(700 * MIB, PROT_READ, MAP_PRIVATE | MAP_NORESERVE);
    int self = open("/proc/self/mem", O_RDWR);
    for (size_t at = 0; at < 700 * MIB; at += 4096)
        if (pwrite(self, "x", 1, (off_t)(uintptr_t)(all + at)) != 1)
            return 1;
    return BAD;
}
static int moves_break(void) { return prctl(35, 14, NULL, 0, 0) == 0 ? BAD : 0; }
static int breaks(void) { return sbrk(200 * MIB) == (void *)-1 ? 1 : BAD; }
static int mremaps(void)
{
    void *small = map(4096, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    return mremap(small, 4096, 500 * MIB, MREMAP_MAYMOVE) == MAP_FAILED ? 1 : BAD;
}
static int grows_down(void)
{
    return map(4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN) == MAP_FAILED ? 0 : BAD;
}
static int mapping_bomb(void)
{
    for (int i = 0; i < 1000000; i++)
        if (map(65536, PROT_READ | PROT_WRITE, MAP_PRIVATE) == MAP_FAILED)
            return 1;
    return BAD;
}
static void *sleeps(void *unused)
{
    sleep(1000);
    return unused;
}
static int thread_bomb(void)
{
    pthread_t thread;
    for (int i = 0; i < 100000; i++)
        if (pthread_create(&thread, NULL, sleeps, NULL) != 0)
            return 1;
    return BAD;
}
static void *ends(void *unused) { pthread_exit(unused); }
static int threads(void)
{
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        if (pthread_create(&thread[i], NULL, ends, NULL) != 0)
            return 1;
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
static int deep(volatile int *from)
{
    volatile int room[1000];
    room[0] = *from + 1;
    return always ? deep(room) + room[0] : 0;
}
static int overflows(void)
{
    volatile int one = 1;
    return deep(&one);
}
static void *overflows_in_thread(void *unused)
{
    overflows();
    return unused;
}
static int thread_overflows(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, overflows_in_thread, NULL) != 0 ||
           pthread_join(thread, NULL) != 0;
}
static int null(void)
{
    char *volatile nowhere = NULL;
    *(volatile char *)nowhere = 1;
    return 0;
}
static int aborts(void) { abort(); }
static int exits_3(void) { return 3; }
static int divides(void)
{
    volatile int one = 1, zero = 0;
    return one / zero;
}
static int kills_itself(void) { return raise(SIGKILL); }
static int busy(void)
{
    while (always)
        ;
    return 0;
}
static void *busy_thread(void *unused)
{
    busy();
    return unused;
}
static int busy_threads(void)
{
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, busy_thread, NULL);
    return busy();
}
static int sleeper(void) { return (int)sleep(1000); }
static int stops_itself(void) { return raise(SIGSTOP); }
static int waits_for_input(void) { return getchar() == EOF; }
static int ignores_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_IGN);
    return (int)sleep(1000);
}
static int writes_for_ever(void)
{
    signal(SIGPIPE, SIG_IGN);
    while (always)
        puts("again");
    return 0;
}
static int writes_bytes(void)
{
    for (int i = atoi(argument); i > 0; i--)
        putchar('x');
    return 0;
}
static int writes_errors(void)
{
    while (always)
        fputs("again", stderr);
    return 0;
}
static int writes_file(void)
{
    signal(SIGXFSZ, SIG_IGN);
    FILE *file = fopen("made", "w");
    for (int i = 0; i < 100000; i++)
        if (fputs("again", file) < 0)
            return 0;
    return 0;
}
static int forks(void) { return fork() == 0 ? BAD : 0; }
static int vforks(void)
{
    if (vfork() == 0)
        _exit(0);
    return BAD;
}
static int execs(void)
{
    execl("/bin/sh", "sh", "-c", "exit 99", (char *)NULL);
    return BAD;
}
static int sockets(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? BAD : 0; }
static int passes_descriptors(void)
{
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 ? BAD : 0;
}
static int unlinks(void) { return unlink("/nowhere/at \"all\"") == 0 ? BAD : 0; }
static int opens_to_write(void) { return open("made", O_WRONLY | O_CREAT, 0600) >= 0 ? BAD : 0; }
static int opens_passwd(void) { return open("/etc/passwd", O_RDONLY) >= 0 ? BAD : 0; }
static int opens_upwards(void)
{
    return open("/usr/lib/../../etc/passwd", O_RDONLY) >= 0 ? BAD : 0;
}
static int opens_nothing(void)
{
    return open("input.txt", O_RDONLY) < 0 && errno == ENOENT ? 4 : BAD;
}
static int makes_folder(void) { return mkdir("made", 0700) == 0 ? BAD : 0; }
static int changes_mode(void) { return chmod(".", 0777) == 0 ? BAD : 0; }
static int traces_itself(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? BAD : 0; }
static int attaches_to_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 ? BAD : 0;
}
static int writes_to_parent(void)
{
    char byte = 1;
    struct iovec here = {&byte, 1}, there = {(void *)&argument, 1};
    return process_vm_writev(getppid(), &here, 1, &there, 1, 0) == 1 ? BAD : 0;
}
static int kills_parent(void) { return kill(getppid(), SIGKILL) == 0 ? BAD : 0; }
static int kills_all(void) { return kill(-1, SIGKILL) == 0 ? BAD : 0; }
static int limits_parent(void)
{
    struct rlimit none = {0, 0};
    return prlimit(getppid(), RLIMIT_CPU, &none, NULL) == 0 ? BAD : 0;
}
static int signals_by_owner(void) { return fcntl(0, F_SETOWN, getppid()) == 0 ? BAD : 0; }
static int raises_limits(void)
{
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_DATA, &more) == 0 || setrlimit(RLIMIT_STACK, &more) == 0 ? BAD : 0;
}
static int uring(void)
{
    char room[256] = {0};
    return syscall(425, 8, room) >= 0 ? BAD : 0;
}
static int unshares(void) { return unshare(CLONE_NEWUSER) == 0 ? BAD : 0; }
static int hides(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? BAD : 0; }
static int filters(void)
{
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 0x6d73)};
    struct sock_fprog program = {1, all};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        return 0;
    return kills_parent();
}
static int memfd(void) { return syscall(SYS_memfd_create, "m", 0) >= 0 ? BAD : 0; }
/* Would go on as a copy of itself in memory. */
static int becomes_memfd(void)
{
    char room[4096], *words[] = {(char *)"p", (char *)"exits_after_refusal", NULL},
                     *none[] = {NULL};
    int from = open("/proc/self/exe", O_RDONLY), to = (int)syscall(SYS_memfd_create, "m", 0);
    if (from < 0 || to < 0)
        return 0;
    for (ssize_t got; (got = read(from, room, sizeof room)) > 0;)
        if (write(to, room, (size_t)got) != got)
            return BAD;
    snprintf(room, sizeof room, "/proc/self/fd/%d", to);
    int program = open(room, O_RDONLY);
    close(to); /* what can be written to is no program */
    fexecve(program, words, none);
    return BAD;
}
static int shm(void)
{
    return syscall(
#ifdef SYS_shmget
               SYS_shmget,
#else
               SYS_ipc, 23,
#endif
               0, 4096, 0600) >= 0
               ? BAD
               : 0;
}
static void on_sigsys(int number)
{
    (void)number;
    _exit(0);
}
static int handles_sigsys(void)
{
    signal(SIGSYS, on_sigsys);
    sockets();
    return 0;
}
static volatile sig_atomic_t came;
static void on_usr1(int number) { came = number; }
static int signals_itself(void)
{
    signal(SIGUSR1, on_usr1);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
    return came != SIGUSR1;
}
static int mapping_storm(void)
{
    while (always)
        munmap(map(4096, PROT_READ | PROT_WRITE, MAP_PRIVATE), 4096);
    return 0;
}
static int signal_storm(void)
{
    signal(SIGUSR1, on_usr1);
    while (always)
        raise(SIGUSR1);
    return 0;
}
static int exits_of_children(void)
{
    while (always)
        if (fork() == 0)
            _exit(0);
        else
            wait(NULL);
    return 0;
}
static int closes_all(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    return 0;
}
static int has_no_more(void)
{
    extern char **environ;
    for (char **at = environ; *at != NULL; at++)
        if (strncmp(*at, "MEMRESTRICT", 11) == 0 || strncmp(*at, "LD_", 3) == 0)
            return BAD;
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return BAD;
    return getpid() == getsid(0) ? 0 : BAD;
}
static int makes_daemon(void)
{
    if (fork() != 0)
        return 0;
    setsid();
    ignores_signals();
    return BAD;
}
static int fork_bomb(void)
{
    while (always)
        fork();
    return 0;
}
static int child_is_busy(void)
{
    if (fork() == 0)
        return busy();
    return wait(NULL) < 0;
}
static int children_were_busy(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 100; i++) {
        if (fork() == 0) {
            for (volatile unsigned j = 0; j < 100000000; j++)
                ;
            _exit(0);
        }
        wait(NULL);
    }
    return BAD;
}
static int child_is_refused(void)
{
    int status = 0;
    if (fork() == 0)
        _exit(malloc(1000 * MIB) == NULL ? 1 : 0);
    return wait(&status) < 0 ? BAD : WEXITSTATUS(status);
}
static int vfork_child_goes_on(void)
{
    if (vfork() == 0)
        sleeper();
    return BAD;
}

static char path[64];
static volatile int stop;
static void *swaps(void *unused)
{
    while (!stop) {
        strcpy(path, "/etc/ld.so.cache");
        strcpy(path, "/etc/passwd");
    }
    return unused;
}
/* What is opened is never the file that is not allowed. */
static int races_paths(void)
{
    pthread_t thread;
    int fd;
    strcpy(path, "/etc/ld.so.cache");
    pthread_create(&thread, NULL, swaps, NULL);
    for (int i = 0; i < 3000; i++) {
        if ((fd = open(path, O_RDONLY)) < 0)
            continue;
        char byte[5] = "";
        if (read(fd, byte, 5) == 5 && memcmp(byte, "root:", 5) == 0)
            _exit(BAD);
        close(fd);
    }
    stop = 1;
    return 0;
}

#if defined(__x86_64__)
static long int80(long number, long one)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(one)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}
static int int80_getpid(void) { return int80(20, 0) == getpid() ? 0 : 1; }
static int int80_unlink(void)
{
    char *low =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    strcpy(low, "/nowhere");
    return int80(10, (long)low) == 0 ? BAD : 0;
}
static int int80_forks(void) { return int80(2, 0) == 0 ? BAD : 0; }
static int x32_unlink(void) { return syscall(0x40000000 + 87, "/nowhere") == 0 ? BAD : 0; }
static int x32_getpid(void) { return syscall(0x40000000 + 39) == BAD ? BAD : 0; }
#endif

static const struct {
    const char *name;
    int (*run)(void);
} submissions[] = {
#define ONE(name)                                                                                  \
    {                                                                                              \
#name, name                                                                                \
    }
    ONE(ok),
    ONE(reads),
    ONE(survives_refusal),
    ONE(exits_after_refusal),
    ONE(aborts_after_refusal),
    ONE(null_after_refusal),
    ONE(busy_after_refusal),
    ONE(shared_anonymous),
    ONE(commits_reservation),
    ONE(commits_by_fixed),
    ONE(writes_then_protects),
    ONE(breaks),
    ONE(writes_past_protection),
    ONE(moves_break),
    ONE(mapping_storm),
    ONE(signal_storm),
    ONE(exits_of_children),
    ONE(mremaps),
    ONE(grows_down),
    ONE(mapping_bomb),
    ONE(thread_bomb),
    ONE(threads),
    ONE(overflows),
    ONE(thread_overflows),
    ONE(null),
    ONE(aborts),
    ONE(exits_3),
    ONE(divides),
    ONE(kills_itself),
    ONE(busy),
    ONE(busy_threads),
    ONE(sleeper),
    ONE(stops_itself),
    ONE(waits_for_input),
    ONE(ignores_signals),
    ONE(writes_for_ever),
    ONE(writes_bytes),
    ONE(writes_errors),
    ONE(writes_file),
    ONE(forks),
    ONE(vforks),
    ONE(execs),
    ONE(sockets),
    ONE(passes_descriptors),
    ONE(unlinks),
    ONE(opens_to_write),
    ONE(opens_passwd),
    ONE(opens_upwards),
    ONE(opens_nothing),
    ONE(makes_folder),
    ONE(changes_mode),
    ONE(traces_itself),
    ONE(attaches_to_parent),
    ONE(writes_to_parent),
    ONE(kills_parent),
    ONE(kills_all),
    ONE(limits_parent),
    ONE(signals_by_owner),
    ONE(raises_limits),
    ONE(uring),
    ONE(unshares),
    ONE(hides),
    ONE(filters),
    ONE(memfd),
    ONE(becomes_memfd),
    ONE(shm),
    ONE(handles_sigsys),
    ONE(signals_itself),
    ONE(closes_all),
    ONE(has_no_more),
    ONE(makes_daemon),
    ONE(fork_bomb),
    ONE(child_is_busy),
    ONE(children_were_busy),
    ONE(child_is_refused),
    ONE(vfork_child_goes_on),
    ONE(races_paths),
#if defined(__x86_64__)
    ONE(int80_getpid),
    ONE(int80_unlink),
    ONE(int80_forks),
    ONE(x32_unlink),
    ONE(x32_getpid),
#endif
};

int main(int argc, char **argv)
{
    argument = argc > 2 ? argv[2] : "";
    for (size_t i = 0; argc > 1 && i < sizeof submissions / sizeof submissions[0]; i++)
        if (strcmp(submissions[i].name, argv[1]) == 0)
            return submissions[i].run();
    return 98;
}
