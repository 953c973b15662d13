/* SPDX-License-Identifier: MIT */
#include "base/elf_file.h"

#include <fcntl.h>
#include <unistd.h>

/* What is a pipe by now is not waited for. */
bool elf_file_open(struct elf_file *file, const char *path)
{
    *file = (struct elf_file){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file->fd >= 0 && elf_version(EV_CURRENT) != EV_NONE)
        file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
    return file->fd >= 0;
}

void elf_file_close(struct elf_file *file)
{
    elf_end(file->elf);
    close(file->fd);
}

bool elf_file_header(const struct elf_file *file, GElf_Ehdr *header)
{
    return file->elf != NULL && gelf_getehdr(file->elf, header) != NULL;
}

/* The next part of this type, from *at on. */
static bool next_part(const struct elf_file *file, uint32_t type, size_t *at, GElf_Phdr *part)
{
    size_t count = 0;
    if (file->elf == NULL || elf_getphdrnum(file->elf, &count) != 0)
        return false;
    while (*at < count)
        if (gelf_getphdr(file->elf, (int)(*at)++, part) != NULL && part->p_type == type)
            return true;
    return false;
}

uint64_t elf_file_data(const struct elf_file *file)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), bytes = 0;
    GElf_Phdr part;
    for (size_t at = 0; next_part(file, PT_LOAD, &at, &part);)
        if (part.p_flags & PF_W)
            bytes += (part.p_vaddr % page + part.p_memsz + page - 1) / page * page;
    return bytes;
}

bool elf_file_loader(const struct elf_file *file, char loader[PATH_MAX])
{
    size_t at = 0;
    GElf_Phdr part;
    if (!next_part(file, PT_INTERP, &at, &part))
        return false;
    ssize_t got = part.p_filesz < PATH_MAX
                      ? pread(file->fd, loader, part.p_filesz, (off_t)part.p_offset)
                      : -1;
    loader[got > 0 ? got : 0] = '\0';
    return true;
}
