/* SPDX-License-Identifier: MIT */
#include "run/target_check.h"

#include "base/elf_file.h"
#include "base/program_path.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SCRIPTS_DEEP = 5, FIRST_LINE = 256 }; /* as the kernel has it */

const char *target_words(enum target_trouble trouble)
{
    static const char *const words[] = {
        [TARGET_FINE] = NULL,
        [TARGET_STATIC] =
            "is statically linked, so the library cannot be loaded into it: not limited; "
            "link it dynamically, or use --engine=ptrace",
        [TARGET_PRIVILEGED] =
            "runs with privileges of its own (set-user-ID, set-group-ID or file "
            "capabilities), so the loader ignores the library: not limited; run it as "
            "the user whose privileges it takes",
        [TARGET_OTHER_CLASS] =
            "is of another word size, and there is no libmemrestrict.so for it: not "
            "limited; build one by 'make lib32' and install it where $LIB leads",
        [TARGET_OTHER_MACHINE] =
            "is for another kind of machine, so the library cannot be loaded into "
            "it: not limited",
        [TARGET_OWN_MALLOC] =
            "has a malloc of its own: its heap is not limited, only what it maps; use "
            "ulimit -v or a cgroup",
    };
    return words[trouble];
}

const char *target_why(enum target_trouble trouble)
{
    static const char *const words[] = {
        [TARGET_FINE] = NULL,
        [TARGET_STATIC] = "statically linked",
        [TARGET_PRIVILEGED] = "set-user-ID or the like",
        [TARGET_OTHER_CLASS] = "of another word size",
        [TARGET_OTHER_MACHINE] = "for another machine",
        [TARGET_OWN_MALLOC] = "it has a malloc of its own",
    };
    return words[trouble];
}

/* Would the kernel start it with privileges that we do not have? */
static bool is_privileged(int fd)
{
    struct stat status;
    struct statvfs system;
    char capabilities[64];
    if (fstat(fd, &status) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        return false;
    if (fstatvfs(fd, &system) == 0 && (system.f_flag & ST_NOSUID))
        return false;
    if ((status.st_mode & S_ISUID) && status.st_uid != getuid())
        return true;
    if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getgid())
        return true;
    return geteuid() != 0 &&
           fgetxattr(fd, "security.capability", capabilities, sizeof capabilities) > 0;
}

static bool defines_malloc(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;
    GElf_Sym symbol;
    for (size_t i = 0; i < count && gelf_getsym(data, (int)i, &symbol) != NULL; i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        int type = GELF_ST_TYPE(symbol.st_info);
        if (symbol.st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_GNU_IFUNC) &&
            name != NULL && strcmp(name, "malloc") == 0)
            return true;
    }
    return false;
}

static bool exports_malloc(Elf *elf)
{
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;)
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM)
            return defines_malloc(elf, section, &header);
    return false;
}

static bool is_there(const char *path) { return access(path, F_OK) == 0; }

/* A loader is itself a program without one, and honours LD_PRELOAD: `ld.so PROGRAM`. */
static bool is_loader(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    return strncmp(name, "ld-", 3) == 0 || strcmp(name, "ld.so") == 0 ||
           strcmp(name, "libc.so") == 0;
}

/* Of the library that is to be loaded: EI_CLASS and e_machine. */
static bool read_kind(const char *path, int *class, int *machine)
{
    GElf_Ehdr header;
    struct elf_file file;
    if (!elf_file_open(&file, path))
        return false;
    bool known = elf_file_header(&file, &header);
    *class = known ? header.e_ident[EI_CLASS] : 0;
    *machine = known ? header.e_machine : 0;
    elf_file_close(&file);
    return known;
}

static enum target_trouble compare_kinds(const GElf_Ehdr *program, const struct library *library)
{
    int class, machine;
    const char *const libraries[] = {library->path, library->other};
    enum target_trouble trouble = TARGET_OTHER_CLASS;
    for (int i = 0; i < 2; i++) {
        if (libraries[i][0] == '\0' || !read_kind(libraries[i], &class, &machine))
            continue;
        if (class == program->e_ident[EI_CLASS] && machine == program->e_machine)
            return TARGET_FINE;
        if (class == program->e_ident[EI_CLASS])
            trouble = TARGET_OTHER_MACHINE;
    }
    return trouble;
}

static enum target_trouble judge(struct target *target, const struct elf_file *file,
                                 const struct library *library)
{
    GElf_Ehdr header;
    char loader[PATH_MAX];
    if (!elf_file_header(file, &header))
        return TARGET_FINE;
    if (!elf_file_loader(file, loader))
        return is_loader(target->path) ? TARGET_FINE : TARGET_STATIC;
    target->is_musl = strstr(loader, "/ld-musl-") != NULL;
    if (!is_there(loader))
        strcpy(target->missing, loader);
    if (is_privileged(file->fd))
        return TARGET_PRIVILEGED;
    enum target_trouble kinds = compare_kinds(&header, library);
    if (kinds != TARGET_FINE)
        return kinds;
    return exports_malloc(file->elf) ? TARGET_OWN_MALLOC : TARGET_FINE;
}

/* The next program of a "#!" line: the interpreter, or what env(1) is told to find. False: it is
 * not one, or not that simple. */
static bool read_script(const char *line, struct target *target)
{
    char words[2][FIRST_LINE] = {"", ""};
    if (strncmp(line, "#!", 2) != 0 ||
        sscanf(line + 2, " %255[^ \t\n]%*[ \t]%255[^ \t\n]", words[0], words[1]) < 1)
        return false;
    if (!is_there(words[0])) {
        strcpy(target->missing, words[0]);
        return false;
    }
    const char *slash = strrchr(words[0], '/');
    bool is_env = slash != NULL && strcmp(slash, "/env") == 0 && words[1][0] != '\0' &&
                  words[1][0] != '-' && strchr(words[1], '=') == NULL;
    return program_path_find(is_env ? words[1] : words[0], target->path);
}

static bool look_at_file(struct target *target, const struct library *library,
                         const struct elf_file *file)
{
    char line[FIRST_LINE] = "";
    ssize_t length = pread(file->fd, line, sizeof line - 1, 0);
    line[length > 0 ? length : 0] = '\0';
    if (memcmp(line, ELFMAG, SELFMAG) != 0)
        return read_script(line, target);
    target->trouble = judge(target, file, library);
    return false;
}

void target_check(struct target *target, const char *name, const struct library *library)
{
    *target = (struct target){.trouble = TARGET_FINE};
    struct elf_file file;
    bool more = program_path_find(name, target->path);
    for (int i = 0; i < SCRIPTS_DEEP && more && elf_file_open(&file, target->path); i++) {
        more = look_at_file(target, library, &file);
        elf_file_close(&file);
    }
}
