/* SPDX-License-Identifier: MIT */
#include "run/explain_program.h"

#include "base/elf_file.h"

#include <string.h>

struct look {
    bool is_elf, is_go, is_position_independent;
    int bits, machine;
};

static bool has_section(Elf *elf, const char *wanted)
{
    size_t names;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;) {
        const char *name =
            gelf_getshdr(section, &header) != NULL ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (name != NULL && strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

static void look_at(const struct elf_file *file, struct look *look)
{
    GElf_Ehdr header;
    if (!elf_file_header(file, &header))
        return;
    look->is_elf = true;
    look->is_position_independent = header.e_type == ET_DYN;
    look->bits = header.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64;
    look->machine = header.e_machine;
    look->is_go =
        has_section(file->elf, ".go.buildinfo") || has_section(file->elf, ".note.go.buildid");
}

static struct look look_at_file(const char *path)
{
    struct look look = {.is_elf = false};
    struct elf_file file;
    if (!elf_file_open(&file, path))
        return look;
    look_at(&file, &look);
    elf_file_close(&file);
    return look;
}

static const char *linkage(const struct target *target, const struct look *look)
{
    switch (target->trouble) {
    case TARGET_STATIC:
        return look->is_position_independent ? "statically linked, at any address"
                                             : "statically linked";
    case TARGET_PRIVILEGED: return "run with privileges of its own, set-user-ID or the like";
    case TARGET_OWN_MALLOC: return "dynamic, with a malloc of its own";
    case TARGET_OTHER_CLASS:
    case TARGET_OTHER_MACHINE:
    case TARGET_FINE: break;
    }
    return target->is_musl ? "dynamic, with musl" : "dynamic";
}

static const char *machine_name(int machine)
{
    static const struct {
        int machine;
        const char *name;
    } names[] = {{EM_X86_64, "x86-64"}, {EM_386, "i386"},    {EM_AARCH64, "aarch64"},
                 {EM_ARM, "arm"},       {EM_PPC64, "ppc64"}, {EM_S390, "s390x"},
                 {EM_RISCV, "riscv"}};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].machine == machine)
            return names[i].name;
    return "of another machine";
}

void explain_program_write(FILE *file, const struct target *target)
{
    struct look look = look_at_file(target->path);
    if (!look.is_elf) {
        fputs("no program of a kind that is known here", file);
        return;
    }
    fprintf(file, "%s%s, %d-bit %s", linkage(target, &look), look.is_go ? ", a Go program" : "",
            look.bits, machine_name(look.machine));
    if (target->trouble == TARGET_OTHER_CLASS)
        fputs(", of which there is no library", file);
}
