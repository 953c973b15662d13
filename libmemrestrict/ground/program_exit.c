/* SPDX-License-Identifier: MIT */
#include "ground/program_exit.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

/* Of Go's runtime, where it has C beside it; and of every sanitizer's. */
extern void crosscall2(void) __attribute__((weak));
extern void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

/* Go's build ID, which its linker puts there. */
static bool has_go_note(const char *at, size_t room)
{
    enum { GO_BUILD_ID = 4 };
    while (room >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
        size_t name = (note->n_namesz + (size_t)3) & ~(size_t)3;
        size_t words = (note->n_descsz + (size_t)3) & ~(size_t)3, left = room - sizeof *note;
        if (left < name || left - name < words)
            return false;
        if (note->n_type == GO_BUILD_ID && note->n_namesz == 4 &&
            memcmp(at + sizeof *note, "Go\0", 4) == 0)
            return true;
        at += sizeof *note + name + words;
        room = left - name - words;
    }
    return false;
}

/* The program's own segments, where the kernel says that they are. */
static bool is_go(void)
{
    uintptr_t start = getauxval(AT_PHDR), bias = 0;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)start;
    size_t count = start != 0 ? getauxval(AT_PHNUM) : 0;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_PHDR)
            bias = start - segments[i].p_vaddr;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_NOTE &&
            has_go_note((const char *)(bias + segments[i].p_vaddr), segments[i].p_memsz))
            return true;
    return false;
}

bool program_exits_by_itself(void)
{
    return &crosscall2 != NULL || &__sanitizer_set_death_callback != NULL || is_go();
}
