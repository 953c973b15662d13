/* SPDX-License-Identifier: MIT */
#include "run/launch.h"

#include "base/fd.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    ends[0] = fd_above(ends[0]);
    ends[1] = fd_above(ends[1]);
    return ends[0] >= 0 && ends[1] >= 0;
}

static void close_pipe(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* One byte or one int; false: the other side is gone. */
static bool read_all(int fd, void *data, size_t size)
{
    ssize_t got;
    while ((got = read(fd, data, size)) < 0 && errno == EINTR)
        ;
    return got == (ssize_t)size;
}

static bool set_variables(const struct launch_variable *variable)
{
    for (; variable->name != NULL; variable++)
        if ((variable->value == NULL ? unsetenv(variable->name)
                                     : setenv(variable->name, variable->value, 1)) != 0)
            return false;
    return true;
}

/* In the new process. If the command goes away before it says go, nothing is run. */
static _Noreturn void become(const struct launch *launch, int go, int error)
{
    char byte;
    if (!read_all(go, &byte, 1))
        _exit(EXIT_OURS);
    if (set_variables(launch->variables)) {
        signals_give_back(launch->signals);
        if (launch->enter == NULL || launch->enter(launch->context))
            execvp(launch->argv[0], launch->argv);
    }
    int reason = errno;
    if (write(error, &reason, sizeof reason) < 0)
        reason = 0;
    _exit(EXIT_OURS);
}

bool launch_prepare(const struct launch *launch, struct launched *launched)
{
    int go[2] = {-1, -1}, error[2] = {-1, -1};
    bool piped = make_pipe(go) && make_pipe(error);
    int pid = piped ? fork() : -1;
    if (pid < 0) {
        int reason = errno;
        close_pipe(go);
        close_pipe(error);
        errno = reason;
        return false;
    }
    if (pid == 0) {
        close(go[1]);
        close(error[0]);
        become(launch, go[0], error[1]);
    }
    close(go[0]);
    close(error[1]);
    *launched = (struct launched){.pid = pid, .go = go[1], .error = error[0]};
    return true;
}

static void reap(const struct launched *launched)
{
    while (waitpid(launched->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

bool launch_let_go(struct launched *launched)
{
    bool told = write(launched->go, "", 1) == 1;
    close(launched->go);
    return told;
}

int launch_result(struct launched *launched, bool told)
{
    int reason = 0;
    bool failed = read_all(launched->error, &reason, sizeof reason);
    close(launched->error);
    if (failed || !told)
        reap(launched);
    return failed ? reason : told ? 0 : ESRCH;
}

int launch_go(struct launched *launched)
{
    return launch_result(launched, launch_let_go(launched));
}

void launch_cancel(struct launched *launched)
{
    close(launched->go);
    close(launched->error);
    reap(launched);
}

void launch_let_go_of(int stream)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0 && fcntl(stream, F_GETFD) >= 0)
        dup3(nothing, stream, O_CLOEXEC);
    if (nothing >= 0)
        close(nothing);
}
