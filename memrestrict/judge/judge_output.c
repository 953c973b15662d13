/* SPDX-License-Identifier: MIT */
#include "judge/judge_output.h"

#include "base/duration.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PART = 65536 };
static const uint64_t nap = 1000000;

static bool open_pipe(struct judge_stream *stream)
{
    int ends[2];
    bool made = fd_pipe(ends);
    stream->read = ends[0];
    stream->write = ends[1];
    return made;
}

static bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

static bool are_one(void)
{
    struct stat out, err;
    return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
           out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

bool judge_output_open(struct judge_output *output, uint64_t limit)
{
    *output = (struct judge_output){.left = limit, .watcher = pthread_self()};
    pthread_mutex_init(&output->lock, NULL);
    for (int i = 0; i < 2; i++)
        output->streams[i] =
            (struct judge_stream){.output = output, .read = -1, .write = -1, .to = i + 1};
    output->joined = are_one();
    if (limit == UINT64_MAX)
        return true;
    for (int i = 0; i < (output->joined ? 1 : 2); i++)
        if (is_open(i + 1) && !open_pipe(&output->streams[i]))
            return false;
    return true;
}

bool judge_output_enter(const struct judge_output *output)
{
    for (int i = 0; i < 2; i++) {
        const struct judge_stream *stream = &output->streams[output->joined ? 0 : i];
        if (stream->write >= 0 && dup2(stream->write, i + 1) < 0)
            return false;
    }
    return true;
}

/* So many of these bytes may be passed on. */
static size_t draw(struct judge_output *output, size_t wanted)
{
    pthread_mutex_lock(&output->lock);
    size_t part = output->left < wanted ? (size_t)output->left : wanted;
    output->left -= part;
    output->over |= part < wanted;
    pthread_mutex_unlock(&output->lock);
    return part;
}

static unsigned add_open(struct judge_output *output, int more)
{
    pthread_mutex_lock(&output->lock);
    output->open += (unsigned)more;
    unsigned now = output->open;
    pthread_mutex_unlock(&output->lock);
    return now;
}

bool judge_output_is_over(struct judge_output *output)
{
    pthread_mutex_lock(&output->lock);
    bool over = output->over;
    pthread_mutex_unlock(&output->lock);
    return over;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno == EAGAIN) {
            nanosleep(&(struct timespec){.tv_nsec = (long)nap}, NULL);
            continue;
        }
        if (done < 0 && errno != EINTR)
            return false;
        data += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* Until nobody writes, too much was written, or nobody reads, which the submission then sees. */
static void *pass_on(void *context)
{
    struct judge_stream *stream = context;
    struct judge_output *output = stream->output;
    char data[PART];
    ssize_t got;
    bool goes_on = true;
    while (goes_on &&
           ((got = read(stream->read, data, sizeof data)) > 0 || (got < 0 && errno == EINTR))) {
        size_t size = got > 0 ? (size_t)got : 0, part = draw(output, size);
        if (part < size)
            pthread_kill(output->watcher, SIGCHLD);
        goes_on = write_all(stream->to, data, part) && part == size;
    }
    close(stream->read);
    add_open(output, -1);
    return NULL;
}

bool judge_output_begin(struct judge_output *output)
{
    for (int i = 0; i < 2; i++) {
        struct judge_stream *stream = &output->streams[i];
        if (stream->read < 0)
            continue;
        close(stream->write);
        add_open(output, 1);
        int error = pthread_create(&stream->thread, NULL, pass_on, stream);
        if (error != 0) {
            errno = error;
            return false;
        }
        stream->runs = true;
    }
    return true;
}

bool judge_output_end(struct judge_output *output, uint64_t nanoseconds)
{
    uint64_t began = duration_now();
    while (add_open(output, 0) > 0 && duration_now() - began < nanoseconds)
        nanosleep(&(struct timespec){.tv_nsec = (long)nap / 5}, NULL);
    bool done = add_open(output, 0) == 0;
    for (int i = 0; i < 2; i++) {
        if (!output->streams[i].runs)
            continue;
        if (!done)
            pthread_cancel(output->streams[i].thread); /* in a write that nobody reads */
        pthread_join(output->streams[i].thread, NULL);
    }
    return done;
}
