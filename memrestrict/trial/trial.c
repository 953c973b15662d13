/* SPDX-License-Identifier: MIT */
#include "trial/trial.h"

#include "base/duration.h"
#include "base/fd_pass.h"
#include "trial/stdin_copy.h"
#include "base/signal_wait.h"
#include "trial/leftovers.h"
#include "base/message.h"
#include "trial/capture.h"
#include "trial/sandbox.h"
#include "base/temporary.h"
#include "trial/trial_result.h"
#include "trial/trial_start.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second = 1000000000;

struct running {
    struct trial *trial;  /* NULL: a free place */
    int pid, pidfd;       /* pidfd -1: the kernel has none */
    int changes;          /* a socket that brings the folder with them; -1: they are not caught */
    uint64_t began, last; /* the time at which we have waited long enough; UINT64_MAX: never */
    struct capture out, err;
};

struct trials {
    const struct trial_program *program;
    char *folder;
    struct stdin_copy input;
    uint64_t started; /* ever */
    unsigned places;
    struct running running[];
};

/* As many as there are descriptors for: each has two pipes, two files and a pidfd. */
static unsigned that_fit(unsigned at_a_time)
{
    enum { OWN = 32, EACH = 8 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / EACH > at_a_time + OWN / EACH)
        return at_a_time;
    return limit.rlim_cur < OWN + EACH ? 1 : (unsigned)(limit.rlim_cur - OWN) / EACH;
}

struct trials *trials_open(const struct trial_program *program, unsigned at_a_time)
{
    at_a_time = that_fit(at_a_time);
    struct trials *trials = calloc(1, sizeof *trials + at_a_time * sizeof trials->running[0]);
    char *copy = NULL;
    bool ready = false;
    signal_wait_hold();
    leftovers_claim(true);
    if (trials != NULL) {
        trials->program = program;
        trials->places = at_a_time;
        trials->folder = temporary_make();
        ready = trials->folder != NULL && asprintf(&copy, "%s/stdin", trials->folder) > 0 &&
                stdin_copy_prepare(&trials->input, copy);
        free(copy);
    }
    if (ready)
        return trials;
    trials_close(trials);
    if (trials == NULL)
        signal_wait_release();
    return NULL;
}

const char *trials_input(const struct trials *trials)
{
    return stdin_copy_is_ours(&trials->input) ? NULL : trials->input.path;
}

const char *trials_sandbox_trouble(const struct trials *trials, bool changes)
{
    return sandbox_trouble(trials->folder, changes);
}

static bool is_running(void *context, int pid)
{
    const struct trials *trials = context;
    for (unsigned i = 0; i < trials->places; i++)
        if (trials->running[i].trial != NULL && trials->running[i].pid == pid)
            return true;
    return false;
}

/* Ends it if it has not, and all that it started: the group while its leader's number is taken, and
 * those that left it once nobody starts more. Returns what waitpid(2) says. */
static int end(struct trials *trials, struct running *running)
{
    char *prefix = NULL;
    siginfo_t info;
    int status = 0;
    kill(-running->pid, SIGKILL);
    while (waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    if (asprintf(&prefix, "%s/", running->trial->folder) > 0)
        leftovers_end(prefix, is_running, trials);
    free(prefix);
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static void close_streams(struct running *running)
{
    capture_close(&running->out);
    capture_close(&running->err);
    if (running->pidfd >= 0)
        close(running->pidfd);
    if (running->changes >= 0)
        close(running->changes);
}

static void cut_off(struct trials *trials, struct running *running)
{
    end(trials, running);
    close_streams(running);
    trial_free(running->trial);
    running->trial = NULL;
}

void trials_close(struct trials *trials)
{
    if (trials == NULL)
        return;
    for (unsigned i = 0; i < trials->places; i++)
        if (trials->running[i].trial != NULL)
            cut_off(trials, &trials->running[i]);
    if (trials->folder != NULL) {
        leftovers_end(trials->folder, is_running, trials);
        temporary_remove(trials->folder);
    }
    leftovers_claim(false);
    stdin_copy_free(&trials->input);
    free(trials->folder);
    free(trials);
    signal_wait_release();
    signal_wait_obey();
}

unsigned trials_running(const struct trials *trials)
{
    unsigned count = 0;
    for (unsigned i = 0; i < trials->places; i++)
        count += trials->running[i].trial != NULL;
    return count;
}

unsigned trials_free_places(const struct trials *trials)
{
    return trials->places - trials_running(trials);
}

/* Each folder's path is as long as the others': a program that keeps it needs the same memory. */
static struct trial *make_trial(struct trials *trials, uint64_t tag)
{
    struct trial *trial = calloc(1, sizeof *trial);
    if (trial == NULL ||
        asprintf(&trial->folder, "%s/%08" PRIu64, trials->folder, trials->started++) < 0) {
        free(trial);
        return NULL;
    }
    trial->tag = tag;
    char *temporary = trial_path(trial, "tmp");
    bool made = temporary != NULL && mkdir(trial->folder, 0700) == 0 && mkdir(temporary, 0700) == 0;
    free(temporary);
    if (made)
        return trial;
    int saved_errno = errno;
    trial_free(trial);
    errno = saved_errno;
    return NULL;
}

/* Where the user lets temporary folders be; errno is why there is none of ours. */
static void say_no_folder(const struct trials *trials)
{
    int length = (int)(strrchr(trials->folder, '/') - trials->folder);
    if (errno == ENOSPC || errno == EDQUOT)
        message("TMPDIR: no space left in %.*s", length, trials->folder);
    else
        message("TMPDIR: cannot make a folder in %s: %s", trials->folder, strerror(errno));
}

static bool open_streams(struct trials *trials, struct running *running, int streams[3])
{
    uint64_t room = trials->program->most_output;
    char *out = trial_path(running->trial, "stdout"), *err = trial_path(running->trial, "stderr");
    bool good = out != NULL && err != NULL && (streams[0] = stdin_copy_open(&trials->input)) >= 0;
    if (trials->program->files)
        good = good && capture_open_file(&running->out, out, &streams[1]) &&
               capture_open_file(&running->err, err, &streams[2]);
    else
        good = good && capture_open(&running->out, out, room, &streams[1]) &&
               capture_open(&running->err, err, room, &streams[2]);
    int saved_errno = errno;
    free(out);
    free(err);
    errno = saved_errno;
    return good;
}

static bool launch(struct trials *trials, struct running *running, const char *fault,
                   const char *limit)
{
    const struct trial_program *program = trials->program;
    int streams[3] = {-1, -1, -1}, ends[2] = {-1, -1};
    char **arguments = trial_arguments(program, running->trial->folder, fault, limit);
    running->pid = -1;
    if (arguments != NULL && open_streams(trials, running, streams) &&
        (!program->changes || fd_pass_open(ends))) {
        const struct trial_sandbox sandbox = {trials->folder, ends[1]};
        running->changes = ends[0];
        running->pid = trial_launch(arguments, running->trial->folder,
                                    program->sandbox ? &sandbox : NULL, streams);
    }
    int saved_errno = errno;
    if (ends[1] >= 0)
        close(ends[1]);
    for (int i = 0; i < 3; i++)
        if (streams[i] >= 0)
            close(streams[i]);
    trial_arguments_free(arguments);
    errno = saved_errno;
    return running->pid > 0;
}

/* Only if run itself fails to end it, which has its own second for that. */
static uint64_t latest(const struct trial_program *program, uint64_t now)
{
    const uint64_t slack = 60 * second;
    return program->time_limit != 0 && program->time_limit < UINT64_MAX - now - slack
               ? now + program->time_limit + slack
               : UINT64_MAX;
}

bool trials_start(struct trials *trials, uint64_t tag, const char *fault, const char *limit)
{
    struct running *running = trials->running;
    if (signal_wait_signal() != 0)
        return false;
    while (running->trial != NULL)
        running++;
    *running = (struct running){
        .pidfd = -1, .changes = -1, .out = {-1, -1, 0, 0, 0}, .err = {-1, -1, 0, 0, 0}};
    running->trial = make_trial(trials, tag);
    if (running->trial == NULL) {
        say_no_folder(trials);
        return false;
    }
    if (!launch(trials, running, fault, limit)) {
        if (errno == ENOSPC || errno == EDQUOT)
            say_no_folder(trials);
        else
            message("cannot start '%s' once more: %s", trials->program->argv[0], strerror(errno));
        close_streams(running);
        trial_free(running->trial);
        running->trial = NULL;
        return false;
    }
    running->began = duration_now();
    running->last = latest(trials->program, running->began);
    running->pidfd = (int)syscall(SYS_pidfd_open, running->pid, 0);
    return true;
}

/* The end */

/* A run that has nowhere to write to cannot say so. */
static void blame_full_disk(const struct trials *trials, struct trial *trial)
{
    enum { LEAST = 64 << 10 };
    struct statvfs space;
    char *trouble;
    int length = (int)(strrchr(trials->folder, '/') - trials->folder);
    if (statvfs(trials->folder, &space) != 0 ||
        (space.f_bavail >= LEAST / space.f_frsize + 1 &&
         (space.f_favail > 0 || space.f_files == 0)) ||
        asprintf(&trouble, "no space left in %.*s", length, trials->folder) < 0)
        return;
    free(trial->trouble);
    trial->trouble = trouble;
}

/* Its processes have ended. */
static void take_changes(struct running *running)
{
    int folder = running->changes >= 0 ? fd_pass_receive(running->changes) : -1;
    if (folder < 0)
        return;
    changes_read(&running->trial->changes, folder);
    close(folder);
}

static struct trial *finish(struct trials *trials, struct running *running, bool too_late)
{
    enum { ROUNDS = 64 }; /* who got away and still writes is not waited for */
    struct trial *trial = running->trial;
    int status = end(trials, running);
    trial->time = duration_now() - running->began;
    for (int i = 0; i < ROUNDS && (capture_drain(&running->out) | capture_drain(&running->err));
         i++)
        ;
    if (trials->program->files) {
        capture_hash_file(&running->out);
        capture_hash_file(&running->err);
    }
    trial->out_hash = running->out.hash;
    trial->out_size = running->out.size;
    trial->err_hash = running->err.hash;
    trial->err_size = running->err.size;
    take_changes(running);
    close_streams(running);
    running->trial = NULL;
    trial_read(trial, status, trials->program);
    if (trial->end == TRIAL_FAILED)
        blame_full_disk(trials, trial);
    else if (too_late)
        trial->end = TRIAL_TIMED_OUT;
    return trial;
}

static bool has_ended(const struct running *running)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == running->pid;
}

/* Empties the pipes; the first that has ended, if there is one. */
static struct trial *look(struct trials *trials)
{
    for (unsigned i = 0; i < trials->places; i++) {
        struct running *running = &trials->running[i];
        if (running->trial == NULL)
            continue;
        capture_drain(&running->out);
        capture_drain(&running->err);
        bool ended = has_ended(running);
        if (ended || duration_now() >= running->last)
            return finish(trials, running, !ended);
    }
    return NULL;
}

/* Until something is to be read or one has ended, or so long. */
static void wait_for_change(struct trials *trials, uint64_t wait)
{
    const uint64_t pause = second / 100, longest = second;
    struct pollfd fds[3 * trials->places];
    unsigned count = 0;
    wait = wait < longest ? wait : longest;
    for (unsigned i = 0; i < trials->places; i++) {
        const struct running *running = &trials->running[i];
        if (running->trial == NULL)
            continue;
        if (running->pidfd < 0 && wait > pause)
            wait = pause;
        const int all[] = {running->pidfd, running->out.pipe, running->err.pipe};
        for (int j = 0; j < 3; j++)
            fds[count++] = (struct pollfd){.fd = all[j], .events = POLLIN};
    }
    signal_wait_poll(fds, count, wait);
}

struct trial *trials_next(struct trials *trials, uint64_t wait)
{
    uint64_t began = duration_now();
    for (;;) {
        struct trial *trial = look(trials);
        uint64_t waited = duration_now() - began;
        if (trial != NULL || waited >= wait || trials_running(trials) == 0 ||
            signal_wait_signal() != 0)
            return trial;
        wait_for_change(trials, wait - waited);
    }
}

void trial_free(struct trial *trial)
{
    if (trial == NULL)
        return;
    if (trial->folder != NULL)
        temporary_remove(trial->folder);
    json_decref(trial->outcome);
    json_decref(trial->sites);
    site_records_free(trial->records);
    changes_free(&trial->changes);
    free(trial->trouble);
    free(trial->folder);
    free(trial);
}
