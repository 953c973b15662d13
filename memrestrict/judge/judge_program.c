/* SPDX-License-Identifier: MIT */
#include "judge/judge_program.h"

#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 256, INTERPRETERS = 4 };

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* As execvp(3) looks for it. */
static bool find(const char *name, char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    for (const char *at = folders != NULL ? folders : "/bin:/usr/bin"; *name != '\0'; at++) {
        int length = (int)strcspn(at, ":");
        if (snprintf(path, PATH_MAX, "%.*s%s%s", length, at, length > 0 ? "/" : "./", name) <
                PATH_MAX &&
            is_program(path))
            return true;
        at += length;
        if (*at == '\0')
            break;
    }
    return false;
}

static uint32_t arch_of(unsigned machine)
{
    return machine == EM_X86_64    ? AUDIT_ARCH_X86_64
           : machine == EM_386     ? AUDIT_ARCH_I386
           : machine == EM_AARCH64 ? AUDIT_ARCH_AARCH64
           : machine == EM_ARM     ? AUDIT_ARCH_ARM
                                   : 0;
}

/* x32 has the machine of 64-bit programs, and their calls. */
static void read_elf(struct judge_program *program, Elf *elf, int fd)
{
    GElf_Ehdr head;
    GElf_Phdr part;
    size_t count = 0;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (gelf_getehdr(elf, &head) == NULL)
        return;
    program->arch = arch_of(head.e_machine);
    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; i++) {
        if (gelf_getphdr(elf, (int)i, &part) == NULL)
            continue;
        if (part.p_type == PT_LOAD && (part.p_flags & PF_W))
            program->data += (part.p_vaddr % page + part.p_memsz + page - 1) / page * page;
        char loader[PATH_MAX] = "";
        if (part.p_type == PT_INTERP && part.p_filesz < sizeof loader &&
            pread(fd, loader, part.p_filesz, (off_t)part.p_offset) == (ssize_t)part.p_filesz)
            string_list_add(&program->files, loader);
    }
}

/* The interpreter that a script names, into `path`. False: it is none. */
static bool read_script(int fd, char path[PATH_MAX])
{
    char head[HEAD + 1] = "";
    if (pread(fd, head, HEAD, 0) < 2 || head[0] != '#' || head[1] != '!')
        return false;
    char *name = head + 2 + strspn(head + 2, " \t");
    name[strcspn(name, " \t\r\n")] = '\0';
    return *name != '\0' && snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
}

static void look_into(struct judge_program *program, const char *path)
{
    char next[PATH_MAX];
    snprintf(next, sizeof next, "%s", path);
    bool script = true;
    for (int i = 0; i < INTERPRETERS && script; i++) {
        string_list_add(&program->files, next);
        int fd = open(next, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return;
        script = read_script(fd, next);
        Elf *elf =
            !script && elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
        if (elf != NULL)
            read_elf(program, elf, fd);
        elf_end(elf);
        close(fd);
    }
}

int judge_program_find(struct judge_program *program, const char *name)
{
    struct stat status;
    *program = (struct judge_program){.path = ""};
    if (!find(name, program->path) || stat(program->path, &status) != 0) {
        message("%s: there is no such program", name);
        return EXIT_NOT_FOUND;
    }
    if (!S_ISREG(status.st_mode) || access(program->path, X_OK) != 0) {
        message("%s: it cannot be run: %s", name,
                strerror(S_ISDIR(status.st_mode) ? EISDIR : EACCES));
        return EXIT_CANNOT_RUN;
    }
    look_into(program, program->path);
    return 0;
}

void judge_program_free(struct judge_program *program) { string_list_free(&program->files); }
