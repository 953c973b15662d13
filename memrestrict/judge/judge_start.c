/* SPDX-License-Identifier: MIT */
#include "judge/judge_start.h"

#include "base/message.h"
#include "engines/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

/* Room beneath the tracer's limit for what the kernel counts a moment sooner. */
static const uint64_t data_room = 16 << 20;
static const uint64_t second = 1000000000;

/* What the process says when it cannot go on. */
struct complaint {
    char step[24];
    int error;
};

static void set_limit(int which, uint64_t value)
{
    struct rlimit now, limit = {(rlim_t)value, (rlim_t)value};
    if (getrlimit((__rlimit_resource_t)which, &now) != 0)
        return;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < limit.rlim_max)
        limit.rlim_cur = limit.rlim_max = now.rlim_max;
    setrlimit((__rlimit_resource_t)which, &limit);
}

/* What the kernel holds it to should we be late: its memory a little above the limit, its time a
 * second or two. The size of files and of the stack are its to hold alone. */
static void set_limits(const struct judge_options *options)
{
    if (options->limit < UINT64_MAX - data_room)
        set_limit(RLIMIT_DATA, options->limit + data_room);
    if (options->time != JUDGE_NO_LIMIT)
        set_limit(RLIMIT_CPU, options->time / second + 2);
    if (options->output_limit != JUDGE_NO_LIMIT)
        set_limit(RLIMIT_FSIZE, options->output_limit);
    set_limit(RLIMIT_STACK, options->stack);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_MSGQUEUE, 0);
}

/* Of a command that runs as root: with them it could raise its limits, or signal anybody. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    for (int i = 0; i <= 63; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &head, none) == 0;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Without the settings of the library and of the loader: both would be ours. */
static void clean_environment(void)
{
    char **kept = environ;
    for (char **at = environ; at != NULL && *at != NULL; at++)
        if (!has_prefix(*at, "MEMRESTRICT_") && !has_prefix(*at, "LD_") &&
            !has_prefix(*at, "GLIBC_TUNABLES="))
            *kept++ = *at;
    if (kept != NULL)
        *kept = NULL;
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* All but the streams is closed by exec. */
static bool close_all(void)
{
    enum { CLOEXEC = 1 << 2 };
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOEXEC) == 0)
        return true;
    int most = (int)sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < most; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return true;
}

static const char *become(const struct judge_start *start)
{
    if (setsid() < 0)
        return "a session";
    reset_signals();
    clean_environment();
    if (!judge_output_enter(start->output))
        return "its streams";
    if (!close_all())
        return "its descriptors";
    set_limits(start->options);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !drop_capabilities())
        return "its privileges";
    if (!judge_files_enter(start->files))
        return "Landlock";
    if (!tracer_enter() || !policy_filter_install(start->filter))
        return "its filters";
    execve(start->program->path, start->options->argv, environ);
    return "exec";
}

static void become_it(const void *context, int complaint)
{
    struct complaint said = {.error = 0};
    const char *step = become(context);
    said.error = errno;
    strncpy(said.step, step, sizeof said.step - 1);
    ssize_t ignored = write(complaint, &said, sizeof said);
    (void)ignored;
}

bool judge_start(const struct judge_start *start, struct held_child *started)
{
    return held_child_make(started, become_it, start);
}

int judge_start_result(struct held_child *started, const char *name)
{
    struct complaint complaint;
    if (!held_child_complains(started, &complaint, sizeof complaint))
        return 0;
    if (strcmp(complaint.step, "exec") == 0) {
        message("%s: it cannot be run: %s", name, strerror(complaint.error));
        return complaint.error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
    }
    message("%s could not be set for %s: %s", complaint.step, name, strerror(complaint.error));
    return EXIT_OURS;
}
