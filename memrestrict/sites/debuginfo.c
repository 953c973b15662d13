/* SPDX-License-Identifier: MIT */
#include "sites/debuginfo.h"

#include "base/demangle.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct debuginfo {
    Dwfl *dwfl;
    Dwfl_Module *module;
    Dwarf_Addr bias; /* of the addresses that libdw gave the file */
};

enum { INLINED_DEEPEST = 64 };

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static bool has_build_id(Dwfl_Module *module, const char *wanted)
{
    const unsigned char *bits;
    GElf_Addr address;
    int length = dwfl_module_build_id(module, &bits, &address);
    if (wanted == NULL)
        return true;
    if (length <= 0 || strlen(wanted) != 2 * (size_t)length)
        return false;
    for (int i = 0; i < length; i++) {
        char byte[3];
        snprintf(byte, sizeof byte, "%02x", bits[i]);
        if (strncmp(byte, wanted + 2 * i, 2) != 0)
            return false;
    }
    return true;
}

static bool load(struct debuginfo *debuginfo, const char *path, const char *build_id)
{
    struct stat status; /* a program may have told of anything: a FIFO would hold us */
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    debuginfo->dwfl = dwfl_begin(&callbacks);
    if (debuginfo->dwfl == NULL)
        return false;
    dwfl_report_begin(debuginfo->dwfl);
    debuginfo->module = dwfl_report_offline(debuginfo->dwfl, "", path, -1);
    dwfl_report_end(debuginfo->dwfl, NULL, NULL);
    return debuginfo->module != NULL &&
           dwfl_module_getelf(debuginfo->module, &debuginfo->bias) != NULL &&
           has_build_id(debuginfo->module, build_id);
}

struct debuginfo *debuginfo_open(const char *path, const char *build_id)
{
    struct debuginfo *debuginfo = calloc(1, sizeof *debuginfo);
    if (debuginfo != NULL && load(debuginfo, path, build_id))
        return debuginfo;
    debuginfo_close(debuginfo);
    return NULL;
}

void debuginfo_close(struct debuginfo *debuginfo)
{
    if (debuginfo != NULL && debuginfo->dwfl != NULL)
        dwfl_end(debuginfo->dwfl);
    free(debuginfo);
}

static char *copy(const char *word) { return word != NULL ? strdup(word) : NULL; }

/* The name of a function as its source has it; C++'s with their scopes and arguments. */
static char *name_of_die(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Attribute *linkage = dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute);
    if (linkage == NULL)
        linkage = dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute);
    const char *mangled = linkage != NULL ? dwarf_formstring(linkage) : NULL;
    const char *name = mangled != NULL ? mangled : dwarf_diename(die);
    return name != NULL ? demangle(name) : NULL;
}

/* -1: it has none. */
static int number_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    bool has = dwarf_attr_integrate(die, name, &attribute) != NULL &&
               dwarf_formudata(&attribute, &value) == 0;
    return has ? (int)value : -1;
}

/* Where an inlined function was called from. Files are counted from 0 on, before DWARF 5 from 1. */
static void note_call(Dwarf_Die *unit, Dwarf_Die *inlined, const char **file, int *line)
{
    Dwarf_Files *files;
    size_t count;
    Dwarf_Half version = 0;
    int number = number_of(inlined, DW_AT_call_file), called = number_of(inlined, DW_AT_call_line);
    dwarf_cu_info(unit->cu, &version, NULL, NULL, NULL, NULL, NULL, NULL);
    *line = called > 0 ? called : 0;
    *file = number >= (version < 5) && dwarf_getsrcfiles(unit, &files, &count) == 0 &&
                    (size_t)number < count
                ? dwarf_filesrc(files, (size_t)number, NULL, NULL)
                : NULL;
}

static void add(struct symbols_name *names, size_t *count, char *function, const char *file,
                int line)
{
    names[(*count)++] =
        (struct symbols_name){.function = function, .file = copy(file), .line = line};
}

/* The inlined functions and the one that they are in, from the scopes around the address. */
static size_t names_by_scopes(Dwarf_Die *unit, Dwarf_Addr address, const char *file, int line,
                              struct symbols_name *names)
{
    Dwarf_Die *around = NULL, *scopes = NULL;
    size_t count = 0;
    int depth =
        dwarf_getscopes(unit, address, &around) > 0 ? dwarf_getscopes_die(&around[0], &scopes) : 0;
    for (int i = 0; i < depth && count < INLINED_DEEPEST; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        add(names, &count, name_of_die(&scopes[i]), file, line);
        if (tag == DW_TAG_subprogram)
            break;
        note_call(unit, &scopes[i], &file, &line);
    }
    free(around);
    free(scopes);
    return count;
}

static const char *symbol_at(struct debuginfo *debuginfo, Dwarf_Addr address)
{
    GElf_Off offset;
    GElf_Sym symbol;
    return dwfl_module_addrinfo(debuginfo->module, address, &offset, &symbol, NULL, NULL, NULL);
}

/* What a signal handler returns to was never called: then the return address is its first
 * instruction. */
static char *name_in_symbol_table(struct debuginfo *debuginfo, Dwarf_Addr address)
{
    const char *name = symbol_at(debuginfo, address);
    if (name == NULL)
        name = symbol_at(debuginfo, address + 1);
    return name != NULL ? demangle(name) : NULL;
}

/* The table of which unit has which addresses may be missing, as from clang: then each is asked. */
static Dwarf_Die *unit_at(struct debuginfo *debuginfo, Dwarf_Addr address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(debuginfo->module, address, bias);
    if (unit != NULL)
        return unit;
    while ((unit = dwfl_module_nextcu(debuginfo->module, unit, bias)) != NULL)
        if (dwarf_haspc(unit, address - *bias) > 0)
            break;
    return unit;
}

struct symbols_name *debuginfo_names(struct debuginfo *debuginfo, uint64_t offset, size_t *count)
{
    *count = 0;
    if (debuginfo == NULL || offset == 0)
        return NULL;
    struct symbols_name *names = calloc(INLINED_DEEPEST + 1, sizeof *names);
    if (names == NULL)
        return NULL;
    Dwarf_Addr address = offset - 1 + debuginfo->bias, bias; /* in the call, not behind it */
    Dwarf_Die *unit = unit_at(debuginfo, address, &bias);
    Dwarf_Line *source = unit != NULL ? dwarf_getsrc_die(unit, address - bias) : NULL;
    const char *file = source != NULL ? dwarf_linesrc(source, NULL, NULL) : NULL;
    int line = 0;
    if (source != NULL)
        dwarf_lineno(source, &line);
    if (unit != NULL)
        *count = names_by_scopes(unit, address - bias, file, line, names);
    if (*count == 0)
        add(names, count, name_in_symbol_table(debuginfo, address), file, line);
    return names;
}
