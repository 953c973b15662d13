/* SPDX-License-Identifier: MIT */
#include "judge/judge_program.h"

#include "base/elf_file.h"
#include "base/message.h"
#include "base/program_path.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 256, INTERPRETERS = 4 };

static uint32_t arch_of(unsigned machine)
{
    return machine == EM_X86_64    ? AUDIT_ARCH_X86_64
           : machine == EM_386     ? AUDIT_ARCH_I386
           : machine == EM_AARCH64 ? AUDIT_ARCH_AARCH64
           : machine == EM_ARM     ? AUDIT_ARCH_ARM
                                   : 0;
}

/* x32 has the machine of 64-bit programs, and their calls. */
static void read_elf(struct judge_program *program, const struct elf_file *file)
{
    GElf_Ehdr header;
    char loader[PATH_MAX];
    if (!elf_file_header(file, &header))
        return;
    program->arch = arch_of(header.e_machine);
    program->data = elf_file_data(file);
    if (elf_file_loader(file, loader) && *loader != '\0')
        string_list_add(&program->files, loader);
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
        struct elf_file file;
        if (!elf_file_open(&file, next))
            return;
        script = read_script(file.fd, next);
        if (!script)
            read_elf(program, &file);
        elf_file_close(&file);
    }
}

int judge_program_find(struct judge_program *program, const char *name)
{
    struct stat status;
    *program = (struct judge_program){.path = ""};
    if (!program_path_find(name, program->path) || stat(program->path, &status) != 0) {
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
