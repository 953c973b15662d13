/* SPDX-License-Identifier: MIT */
#include "layout/trace_registers.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined __x86_64__

/* A tracer of 64 bits has the registers of all threads in its own form. */
static bool get(int thread, struct user_regs_struct *registers)
{
    return ptrace(PTRACE_GETREGS, thread, NULL, registers) == 0;
}

bool trace_position(int thread, uint64_t *address)
{
    struct user_regs_struct registers;
    bool done = get(thread, &registers);
    *address = done ? registers.rip : 0;
    return done;
}

bool trace_first_argument(int thread, unsigned bits, uint64_t *value)
{
    struct user_regs_struct registers;
    if (!get(thread, &registers))
        return false;
    *value = registers.rdi;
    if (bits == 64)
        return true;
    errno = 0;
    *value = (uint32_t)ptrace(PTRACE_PEEKDATA, thread, (void *)(registers.rsp + 4), NULL);
    return errno == 0;
}

static const long trap_mask = 0xff, trap = 0xcc, trap_length = 1;

static bool set_position(int thread, uint64_t address)
{
    struct user_regs_struct registers;
    if (!get(thread, &registers))
        return false;
    registers.rip = address;
    return ptrace(PTRACE_SETREGS, thread, NULL, &registers) == 0;
}

#elif defined __aarch64__

static bool get(int thread, struct user_pt_regs *registers)
{
    struct iovec room = {registers, sizeof *registers};
    return ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &room) == 0;
}

bool trace_position(int thread, uint64_t *address)
{
    struct user_pt_regs registers;
    bool done = get(thread, &registers);
    *address = done ? registers.pc : 0;
    return done;
}

bool trace_first_argument(int thread, unsigned bits, uint64_t *value)
{
    struct user_pt_regs registers;
    if (!get(thread, &registers) || bits != 64)
        return false;
    *value = registers.regs[0];
    return true;
}

static const long trap_mask = 0xffffffff, trap = 0xd4200000, trap_length = 0;

static bool set_position(int thread, uint64_t address)
{
    struct user_pt_regs registers;
    struct iovec room = {&registers, sizeof registers};
    if (!get(thread, &registers))
        return false;
    registers.pc = address;
    return ptrace(PTRACE_SETREGSET, thread, (void *)NT_PRSTATUS, &room) == 0;
}

#else

bool trace_position(int thread, uint64_t *address)
{
    (void)thread;
    *address = 0;
    return false;
}

bool trace_first_argument(int thread, unsigned bits, uint64_t *value)
{
    (void)thread;
    (void)bits;
    *value = 0;
    return false;
}

static const long trap_mask = 0, trap = 0, trap_length = 0;

static bool set_position(int thread, uint64_t address)
{
    (void)thread;
    (void)address;
    return false;
}

#endif

bool trace_break_set(int thread, uint64_t address, struct trace_break *at)
{
    errno = 0;
    at->address = address;
    at->saved = ptrace(PTRACE_PEEKTEXT, thread, (void *)address, NULL);
    return trap_mask != 0 && errno == 0 &&
           ptrace(PTRACE_POKETEXT, thread, (void *)address,
                  (void *)((at->saved & ~trap_mask) | trap)) == 0;
}

bool trace_break_met(int thread, const struct trace_break *at)
{
    uint64_t address;
    return trace_position(thread, &address) && address == at->address + (uint64_t)trap_length &&
           ptrace(PTRACE_POKETEXT, thread, (void *)at->address, (void *)at->saved) == 0 &&
           set_position(thread, at->address);
}

enum trace_call trace_call_of(uint32_t arch, uint64_t number)
{
    static const struct {
        uint32_t arch;
        uint16_t brk, maps[4], unmaps[4]; /* exit and exit_group give all back */
    } calls[] = {
        {AUDIT_ARCH_X86_64, 12, {9, 25, 10, 30}, {11, 28, 231, 60}},
        {AUDIT_ARCH_I386, 45, {192, 163, 125, 90}, {91, 219, 252, 1}},
        {AUDIT_ARCH_AARCH64, 214, {222, 216, 226, 222}, {215, 233, 94, 93}},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (calls[i].arch != arch)
            continue;
        if (number == calls[i].brk)
            return TRACE_BRK;
        for (int k = 0; k < 4; k++)
            if (number == calls[i].maps[k])
                return TRACE_MAP;
        for (int k = 0; k < 4; k++)
            if (number == calls[i].unmaps[k])
                return TRACE_UNMAP;
    }
    return TRACE_OTHER;
}
