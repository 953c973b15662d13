/* SPDX-License-Identifier: MIT
 *
 * A file that may be an executable: what its headers say of it, elf(5).
 */
#ifndef MEMRESTRICT_ELF_FILE_H
#define MEMRESTRICT_ELF_FILE_H

#include <gelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct elf_file {
    int fd;
    Elf *elf; /* NULL: nothing is known of it */
};

/* False: it cannot be opened, and there is nothing to close. */
bool elf_file_open(struct elf_file *file, const char *path);
void elf_file_close(struct elf_file *file);

/* False: it is none. */
bool elf_file_header(const struct elf_file *file, GElf_Ehdr *header);
/* The bytes of its data and bss, in whole pages. */
uint64_t elf_file_data(const struct elf_file *file);
/* The loader that it names; "" if that cannot be read. False: it names none. */
bool elf_file_loader(const struct elf_file *file, char loader[PATH_MAX]);

#endif
