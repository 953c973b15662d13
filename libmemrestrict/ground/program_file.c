/* SPDX-License-Identifier: MIT */
#include "ground/program_file.h"

#include "common/kernel.h"
#include "common/path_part.h"
#include "ground/kernel_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

enum {
    HEAD = 1024,
    DEEP = 5,        /* interpreters of interpreters, as the kernel has it */
    FIRST_LINE = 256 /* the same */
};

/* Our own: what can be loaded beside us is of this class and machine. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* A loader is itself a program without one, and honours LD_PRELOAD. */
static bool named_as_loader(const char *path)
{
    const char *name = path_last_part(path);
    return strncmp(name, "ld-", 3) == 0 || strcmp(name, "ld.so") == 0 ||
           strcmp(name, "libc.so") == 0;
}

/* Will the kernel tell the loader to be careful (AT_SECURE)? It does whenever what is effective
 * then is not what is real now. */
static bool is_privileged(int fd, const struct kernel_status *status)
{
    struct kernel_users now = kernel_users();
    if (now.user != now.effective_user || now.group != now.effective_group)
        return true;
    bool user = (status->mode & S_ISUID) && status->user != now.user;
    bool group = (status->mode & S_ISGID) && (status->mode & S_IXGRP) && status->group != now.group;
    bool capable = !user && !group && now.effective_user != 0 && kernel_has_capabilities(fd);
    return (user || group || capable) && !kernel_gains_nothing(fd);
}

/* Is there a program header of that type in `bytes` of a table? */
static bool has_interpreter(const char *table, size_t bytes, size_t entry)
{
    ElfW(Word) type;
    for (size_t at = 0; entry >= sizeof type && at + sizeof type <= bytes; at += entry) {
        memcpy(&type, table + at, sizeof type); /* the first field, of either class */
        if (type == PT_INTERP)
            return true;
    }
    return false;
}

/* Where the program headers are, in a file of either class. */
struct table {
    uint64_t offset;
    size_t count, entry; /* bytes each */
};

static struct table table_of(const char *head)
{
    Elf32_Ehdr narrow;
    Elf64_Ehdr wide;
    memcpy(&narrow, head, sizeof narrow);
    memcpy(&wide, head, sizeof wide);
    return head[EI_CLASS] == ELFCLASS64
               ? (struct table){wide.e_phoff, wide.e_phnum, wide.e_phentsize}
               : (struct table){narrow.e_phoff, narrow.e_phnum, narrow.e_phentsize};
}

static bool names_loader(int fd, const char *head, size_t length)
{
    char more[HEAD];
    struct table table = table_of(head);
    size_t bytes = table.count * table.entry;
    if (table.offset <= length && bytes <= length - table.offset)
        return has_interpreter(head + table.offset, bytes, table.entry);
    ssize_t got = kernel_read_from(fd, table.offset, more, sizeof more);
    return got <= 0 ||
           has_interpreter(more, (size_t)got < bytes ? (size_t)got : bytes, table.entry);
}

static enum exec_kind kind_of_elf(int fd, bool is_loader, const struct kernel_status *status,
                                  const char *head, size_t length)
{
    ElfW(Ehdr) header;
    memcpy(&header, head, sizeof header);
    if (is_privileged(fd, status))
        return EXEC_PRIVILEGED;
    bool dynamic = length < sizeof header || names_loader(fd, head, length) || is_loader;
    if (header.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS])
        return dynamic ? EXEC_OTHER_CLASS : EXEC_STATIC;
    if (header.e_machine != __ehdr_start.e_machine)
        return EXEC_OTHER_MACHINE;
    return dynamic ? EXEC_DYNAMIC : EXEC_STATIC;
}

/* "#! PATH": cuts it out of `head`. NULL: it is no such line. */
static const char *interpreter_of(char *head, size_t length)
{
    size_t at = 2, end;
    if (length < 3 || head[0] != '#' || head[1] != '!')
        return NULL;
    while (at < length && (head[at] == ' ' || head[at] == '\t'))
        at++;
    for (end = at; end < length && end < FIRST_LINE && strchr(" \t\n", head[end]) == NULL;)
        end++;
    head[end] = '\0';
    return end > at ? head + at : NULL;
}

/* What is in the file; the path of the next, if it is a script. The head has room for a zero. */
static const char *look_into(struct program_file *file, int fd, const char *path,
                             const struct kernel_status *status, char *head)
{
    ssize_t length = kernel_read(fd, head, HEAD);
    if (length < 0)
        return NULL;
    head[length] = '\0';
    if (length > EI_CLASS && memcmp(head, ELFMAG, SELFMAG) == 0) {
        memset(head + length, 0, (size_t)(HEAD - length));
        bool loader =
            !file->is_script && named_as_loader(path); /* a script's is in `head` no more */
        file->kind = kind_of_elf(fd, loader, status, head, (size_t)length);
        return NULL;
    }
    const char *next = interpreter_of(head, (size_t)length);
    file->is_text = next == NULL;
    return next;
}

bool program_file_look(struct program_file *file, int folder, const char *path, int flags)
{
    char head[HEAD + 1];
    *file = (struct program_file){.kind = EXEC_UNKNOWN};
    if (path == NULL)
        return false;
    for (int deep = 0; deep <= DEEP && path != NULL; deep++, folder = AT_FDCWD, flags = 0) {
        struct kernel_status status = {.mode = S_IFREG};
        bool known = kernel_status(folder, path, flags, &status);
        if (known && !S_ISREG(status.mode)) {
            file->missing = true;
            return true;
        }
        int fd = kernel_open_program(folder, path);
        if (fd == -EFAULT)
            return false;
        if (fd < 0) { /* else it may be there to be executed, but not to be read */
            file->missing = fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP;
            return true;
        }
        path = look_into(file, fd, path, &status, head);
        kernel_close(fd);
        if (path != NULL) {
            file->is_script = true;
            exec_note_set_path(file->interpreter, EXEC_NOTE_INTERPRETER, path);
        }
    }
    return true;
}
