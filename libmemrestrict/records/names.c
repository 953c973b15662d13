/* SPDX-License-Identifier: MIT */
#include "records/names.h"

#include "common/kernel.h"
#include "ground/object.h"
#include "common/span.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* A file in memory, which may be anything. */
struct file {
    const char *start;
    size_t size;
};

/* `count` items of `size` bytes from `at` on; NULL: they are not all there. */
static const void *part(const struct file *file, uint64_t at, uint64_t count, uint64_t size)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || at > file->size || bytes > file->size - at)
        return NULL;
    return file->start + at;
}

/* A function's, and the address is in it. */
static bool covers(const ElfW(Sym) * symbol, uint64_t address)
{
    unsigned type = symbol->st_info & 0xf;
    return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF &&
           address - symbol->st_value < symbol->st_size;
}

static void search(const struct file *file, const ElfW(Shdr) * symbols, const ElfW(Shdr) * strings,
                   uint64_t address, names_told *tell, void *context)
{
    uint64_t count = symbols->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *symbol = part(file, symbols->sh_offset, count, sizeof *symbol);
    const char *names = part(file, strings->sh_offset, strings->sh_size, 1);
    if (symbol == NULL || names == NULL || strings->sh_size == 0 ||
        names[strings->sh_size - 1] != '\0')
        return;
    for (uint64_t i = 0; i < count; i++)
        if (covers(&symbol[i], address) && symbol[i].st_name < strings->sh_size)
            tell(names + symbol[i].st_name, context);
}

static void search_file(const struct file *file, uint64_t address, names_told *tell, void *context)
{
    const ElfW(Ehdr) *header = part(file, 0, 1, sizeof *header);
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shentsize != sizeof(ElfW(Shdr)))
        return;
    const ElfW(Shdr) *sections = part(file, header->e_shoff, header->e_shnum, sizeof *sections);
    for (unsigned i = 0; sections != NULL && i < header->e_shnum; i++)
        if ((sections[i].sh_type == SHT_SYMTAB || sections[i].sh_type == SHT_DYNSYM) &&
            sections[i].sh_link < header->e_shnum)
            search(file, &sections[i], &sections[sections[i].sh_link], address, tell, context);
}

void names_at(uintptr_t address, names_told *tell, void *context)
{
    struct object object;
    struct file file;
    if (!object_at(address, &object))
        return;
    const char *path = *object.path != '\0' ? object.path : "/proc/self/exe";
    if (strchr(path, '/') == NULL) /* the kernel's own, of which there is no file */
        return;
    file.start = kernel_map_file(path, &file.size);
    if (file.start == NULL)
        return;
    search_file(&file, address - object.bias, tell, context);
    kernel_pages_free((void *)file.start, file.size);
}

/* A length and so many characters, at *at, which is moved behind them. */
static size_t take_part(const char **at, const char **name)
{
    size_t length = 0;
    while (**at >= '0' && **at <= '9' && length < 1000)
        length = length * 10 + (size_t)(*(*at)++ - '0');
    *name = *at;
    if (length == 0 || span_within(*at, length) < length)
        return 0;
    *at += length;
    return length;
}

/* Rust ends its names with one. */
static bool is_hash(const char *name, size_t length)
{
    return length == 17 && name[0] == 'h' && span_of(name + 1, "0123456789abcdef") == 16;
}

size_t names_plain(const char *mangled, char *plain, size_t room)
{
    const char *at = mangled, *name;
    size_t length = 0, more;
    if (strncmp(at, "_Z", 2) != 0)
        return 0;
    at += 2;
    at += *at == 'N';
    at += span_of(at, "rVKRO"); /* of member functions */
    while ((more = take_part(&at, &name)) != 0) {
        size_t between = length != 0 ? 2 : 0;
        if (is_hash(name, more))
            break;
        if (length + between + more >= room)
            return 0;
        memcpy(plain + length, "::", between);
        memcpy(plain + length + between, name, more);
        length += between + more;
    }
    return length;
}
