/* SPDX-License-Identifier: MIT */
#include "judge/call_text.h"

#include "base/json_text.h"
#include "base/string_file.h"
#include "base/text.h"
#include "judge/call_names.h"
#include "outcome/sentence.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the arguments are, a letter each: s a string, d a number, x bits, @ a folder's descriptor,
 * o what open takes, g a signal. */
static const struct {
    const char *call, *arguments;
} shapes[] = {
    {"accept", "dxx"},
    {"accept4", "dxxx"},
    {"access", "sd"},
    {"bind", "dxd"},
    {"bpf", "dxd"},
    {"chdir", "s"},
    {"chmod", "sx"},
    {"chown", "sdd"},
    {"chroot", "s"},
    {"clone", "x"},
    {"clone3", "xd"},
    {"connect", "dxd"},
    {"creat", "sx"},
    {"execve", "sxx"},
    {"execveat", "@sxxx"},
    {"faccessat", "@sd"},
    {"faccessat2", "@sdx"},
    {"fchdir", "d"},
    {"fchmod", "dx"},
    {"fchmodat", "@sx"},
    {"fchown", "ddd"},
    {"fchownat", "@sddx"},
    {"fcntl", "ddx"},
    {"fcntl64", "ddx"},
    {"fork", ""},
    {"fstatat64", "@sxx"},
    {"ftruncate", "dd"},
    {"inotify_init", ""},
    {"ioctl", "dxx"},
    {"io_uring_setup", "dx"},
    {"io_uring_enter", "dddx"},
    {"ipc", "ddddx"},
    {"kill", "dg"},
    {"lchown", "sdd"},
    {"link", "ss"},
    {"linkat", "@s@sx"},
    {"listen", "dd"},
    {"lstat", "sx"},
    {"lstat64", "sx"},
    {"memfd_create", "sx"},
    {"mkdir", "sx"},
    {"mkdirat", "@sx"},
    {"mknod", "sxx"},
    {"mknodat", "@sxx"},
    {"mount", "sssxx"},
    {"newfstatat", "@sxx"},
    {"open", "so"},
    {"openat", "@so"},
    {"openat2", "@sxd"},
    {"open_tree", "@sx"},
    {"pidfd_open", "dx"},
    {"pipe", "x"},
    {"pipe2", "xx"},
    {"pivot_root", "ss"},
    {"prctl", "dxx"},
    {"prlimit64", "ddxx"},
    {"process_vm_readv", "dxdxdx"},
    {"process_vm_writev", "dxdxdx"},
    {"ptrace", "ddxx"},
    {"readlink", "sxd"},
    {"readlinkat", "@sxd"},
    {"reboot", "xxx"},
    {"recvmsg", "dxx"},
    {"rename", "ss"},
    {"renameat", "@s@s"},
    {"renameat2", "@s@sx"},
    {"rmdir", "s"},
    {"rt_sigqueueinfo", "dgx"},
    {"rt_tgsigqueueinfo", "ddgx"},
    {"seccomp", "dxx"},
    {"sendmsg", "dxx"},
    {"sendto", "dxdxxd"},
    {"setgid", "d"},
    {"setpgid", "dd"},
    {"setpriority", "ddd"},
    {"setrlimit", "dx"},
    {"setsid", ""},
    {"setuid", "d"},
    {"shmat", "dxx"},
    {"shmget", "ddx"},
    {"socket", "ddd"},
    {"socketcall", "dx"},
    {"socketpair", "dddx"},
    {"stat", "sx"},
    {"stat64", "sx"},
    {"statfs", "sx"},
    {"statx", "@sxxx"},
    {"symlink", "ss"},
    {"symlinkat", "s@s"},
    {"sysfs", "d"},
    {"tgkill", "ddg"},
    {"tkill", "dg"},
    {"truncate", "sd"},
    {"umount2", "sx"},
    {"unlink", "s"},
    {"unlinkat", "@sx"},
    {"unshare", "x"},
    {"userfaultfd", "x"},
    {"utimensat", "@sxx"},
    {"vfork", ""},
    {"wait4", "dxxx"},
    {"waitid", "ddxx"},
};

static const char *shape_of(const char *call)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (strcmp(shapes[i].call, call) == 0)
            return shapes[i].arguments;
    return "xxx";
}

/* A page at a time: the next one need not be there. */
bool call_text_string(int tid, uint64_t address, char *string, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), length = 0;
    while (length < size) {
        size_t part = page - (size_t)((address + length) % page);
        part = part < size - length ? part : size - length;
        struct iovec here = {string + length, part},
                     there = {(void *)(uintptr_t)(address + length), part};
        if (process_vm_readv(tid, &here, 1, &there, 1, 0) != (ssize_t)part)
            return false;
        if (memchr(string + length, '\0', part) != NULL)
            return true;
        length += part;
    }
    return false;
}

static void write_open_flags(FILE *file, uint64_t flags)
{
    static const struct {
        uint64_t bits;
        const char *name;
    } names[] = {
        {O_CREAT, "O_CREAT"},   {O_EXCL, "O_EXCL"},           {O_TRUNC, "O_TRUNC"},
        {O_APPEND, "O_APPEND"}, {O_DIRECTORY, "O_DIRECTORY"}, {O_NOFOLLOW, "O_NOFOLLOW"},
        {O_PATH, "O_PATH"},     {O_CLOEXEC, "O_CLOEXEC"},     {O_NONBLOCK, "O_NONBLOCK"},
    };
    static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "3"};
    flags &= UINT32_MAX;
    fputs(modes[flags & O_ACCMODE], file);
    flags &= ~(uint64_t)O_ACCMODE;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].bits) != names[i].bits)
            continue;
        fprintf(file, "|%s", names[i].name);
        flags &= ~names[i].bits;
    }
    if (flags != 0)
        fprintf(file, "|0x%" PRIx64, flags);
}

static void write_word(FILE *file, char letter, uint64_t value)
{
    char room[SIGNAL_ROOM];
    int number = (int)value;
    if (letter == 'o')
        write_open_flags(file, value);
    else if (letter == 'g')
        fputs(sentence_signal(number, room), file);
    else if (letter == '@' && number == AT_FDCWD)
        fputs("AT_FDCWD", file);
    else if (letter == 'x')
        fprintf(file, "0x%" PRIx64, value);
    else
        fprintf(file, "%d", number);
}

static bool is_number(char letter, uint64_t value)
{
    return letter == 'd' || (letter == '@' && (int)value != AT_FDCWD);
}

/* In double quotes, with a backslash before those and itself. */
static char *quoted(const char *string)
{
    struct string_file text;
    FILE *file = string_file_open(&text);
    if (file == NULL)
        return NULL;
    fputc('"', file);
    for (; *string != '\0'; string++) {
        if (*string == '"' || *string == '\\')
            fputc('\\', file);
        fputc(*string, file);
    }
    fputc('"', file);
    return string_file_close(&text);
}

static bool add_string(FILE *line, json_t *arguments, const char *string)
{
    char *raw = quoted(string), *safe = raw != NULL ? text_safe_string(raw) : NULL;
    if (safe != NULL)
        fputs(safe, line);
    bool done = safe != NULL && json_array_append_new(arguments, json_text(string)) == 0;
    free(raw);
    free(safe);
    return done;
}

static bool add_word(FILE *line, json_t *arguments, char letter, uint64_t value)
{
    struct string_file text;
    FILE *file = string_file_open(&text);
    if (file == NULL)
        return false;
    write_word(file, letter, value);
    char *word = string_file_close(&text);
    if (word != NULL)
        fputs(word, line);
    json_t *json = word == NULL               ? NULL
                   : is_number(letter, value) ? json_integer((int)value)
                                              : json_string(word);
    free(word);
    return json_array_append_new(arguments, json) == 0;
}

static bool add_arguments(FILE *line, json_t *arguments, const struct tracer_call *call,
                          const char *shape)
{
    char string[PATH_MAX];
    bool done = true;
    for (int i = 0; shape[i] != '\0' && done; i++) {
        if (i > 0)
            fputs(", ", line);
        if (shape[i] == 's' && call_text_string(call->tid, call->args[i], string, sizeof string))
            done = add_string(line, arguments, string);
        else
            done = add_word(line, arguments, shape[i] == 's' ? 'x' : shape[i], call->args[i]);
    }
    return done;
}

bool call_text_make(struct call_text *text, const struct tracer_call *call)
{
    char name[CALL_NAME_ROOM];
    struct string_file string;
    call_name(call->arch, call->number, name);
    const char *kind = call_kind(call->arch, call->number);
    *text = (struct call_text){strdup(name), kind, json_array(), NULL};
    FILE *line = string_file_open(&string);
    if (line == NULL)
        return false;
    fprintf(line, "%s(", name);
    bool done = text->arguments != NULL &&
                add_arguments(line, text->arguments, call, shape_of(name)) && text->call != NULL;
    fprintf(line, ")%s%s", *kind != '\0' ? " by " : "", kind);
    text->line = string_file_close(&string);
    return done && text->line != NULL;
}

void call_text_free(struct call_text *text)
{
    free(text->call);
    free(text->line);
    json_decref(text->arguments);
    *text = (struct call_text){.call = NULL};
}
