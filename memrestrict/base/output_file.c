/* SPDX-License-Identifier: MIT */
#include "base/output_file.h"

#include "base/fd.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

static bool cannot(const struct output_file *output)
{
    message("--%s: cannot write to %s: %s", output->option,
            is_stdout(output->path) ? "standard output" : output->path, strerror(errno));
    if (is_stdout(output->path)) { /* said once; the end of main would say it again */
        __fpurge(stdout);
        clearerr(stdout);
    }
    return false;
}

bool output_file_open(struct output_file *output, const char *option, const char *path)
{
    *output = (struct output_file){.option = option, .path = path};
    if (path == NULL)
        return true;
    if (is_stdout(path)) {
        output->file = stdout;
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    output->made = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    fd = fd_above(fd);
    output->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    return output->file != NULL || cannot(output);
}

bool output_file_is_stdout(const struct output_file *output) { return output->file == stdout; }

/* A device or a pipe has nothing to be cut off. */
static bool empty(FILE *file)
{
    struct stat status;
    return file == stdout || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
           ftruncate(fileno(file), 0) == 0;
}

bool output_file_write(struct output_file *output, bool (*write)(FILE *, const void *),
                       const void *what)
{
    FILE *file = output->file;
    if (file == NULL)
        return true;
    bool written = empty(file) && write(file, what);
    written = fflush(file) == 0 && !ferror(file) && written;
    if (!written)
        cannot(output);
    if (file != stdout && fclose(file) != 0 && written)
        written = cannot(output);
    output->file = NULL;
    return written;
}

void output_file_undo(struct output_file *output)
{
    if (output->file == NULL)
        return;
    if (output->file != stdout)
        fclose(output->file);
    if (output->made)
        unlink(output->path);
    output->file = NULL;
}
