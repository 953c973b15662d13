/* SPDX-License-Identifier: MIT */
#include "common/traced_filter.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/shm.h>

#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)
#endif

/* Numbers in each kind of program: of all machines, since the kernel says of which kind a call is.
 */
struct traced_call {
    uint32_t number;
    enum traced call;
};

enum { TRACED_MOST = 16 };

/* i386's call of calls: the first argument says which. The flags of shmat stand third in both. */
enum { TRACED_IPC = 117, TRACED_IPC_SHMAT = 21, TRACED_IPC_CALL = 0xffff };

/* One kind of program: an AUDIT_ARCH, the bits of a number that count, the calls up to a NONE. */
struct traced_kind {
    uint32_t arch, mask;
    struct traced_call calls[TRACED_MOST];
};

static const struct traced_kind traced_kinds[] = {
    {AUDIT_ARCH_X86_64,
     ~UINT32_C(0x40000000), /* x32 has these calls by the same numbers, and this bit */
     {{12, TRACED_BRK},
      {9, TRACED_MMAP},
      {25, TRACED_MREMAP},
      {10, TRACED_MPROTECT},
      {329, TRACED_MPROTECT}, /* pkey_mprotect */
      {11, TRACED_MUNMAP},
      {30, TRACED_SHMAT},
      {56, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {317, TRACED_SECCOMP},
      {157, TRACED_PRCTL},
      {101, TRACED_PTRACE},
      {521, TRACED_PTRACE}}}, /* x32's */
    {AUDIT_ARCH_I386,
     ~UINT32_C(0),
     {{45, TRACED_BRK},
      {192, TRACED_MMAP}, /* mmap2 */
      {90, TRACED_OLD_MMAP},
      {163, TRACED_MREMAP},
      {125, TRACED_MPROTECT},
      {380, TRACED_MPROTECT}, /* pkey_mprotect */
      {91, TRACED_MUNMAP},
      {397, TRACED_SHMAT},
      {TRACED_IPC, TRACED_SHMAT},
      {120, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {354, TRACED_SECCOMP},
      {172, TRACED_PRCTL},
      {26, TRACED_PTRACE}}},
    {AUDIT_ARCH_AARCH64,
     ~UINT32_C(0),
     {{214, TRACED_BRK},
      {222, TRACED_MMAP},
      {216, TRACED_MREMAP},
      {226, TRACED_MPROTECT},
      {288, TRACED_MPROTECT}, /* pkey_mprotect */
      {215, TRACED_MUNMAP},
      {196, TRACED_SHMAT},
      {220, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {277, TRACED_SECCOMP},
      {167, TRACED_PRCTL},
      {117, TRACED_PTRACE}}},
};

enum { KINDS = sizeof traced_kinds / sizeof traced_kinds[0] };

static unsigned put(struct traced_filter *program, uint16_t code, uint32_t operand, uint8_t yes,
                    uint8_t no)
{
    program->code[program->length] = (struct sock_filter){code, yes, no, operand};
    return program->length++;
}

static void load(struct traced_filter *program, size_t offset)
{
    put(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void give(struct traced_filter *program, uint32_t answer)
{
    put(program, BPF_RET | BPF_K, answer, 0, 0);
}

static uint32_t low_half(int argument)
{
    size_t first = offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (size_t)argument;
    return (uint32_t)first + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

static void stop(struct traced_filter *program)
{
    give(program, SECCOMP_RET_TRACE | TRACED_COOKIE);
}

/* If one of these bits of an argument is set: that error. */
static void refuse_bits(struct traced_filter *program, int argument, uint32_t bits, int error)
{
    load(program, low_half(argument));
    put(program, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    give(program, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* All but shmat(2) over what is there are let go. */
static void stop_at_remap(struct traced_filter *program, uint32_t number)
{
    if (number == TRACED_IPC) {
        load(program, low_half(0));
        put(program, BPF_ALU | BPF_AND | BPF_K, TRACED_IPC_CALL, 0, 0);
        put(program, BPF_JMP | BPF_JEQ | BPF_K, TRACED_IPC_SHMAT, 1, 0);
        give(program, SECCOMP_RET_ALLOW);
    }
    load(program, low_half(2));
    put(program, BPF_JMP | BPF_JSET | BPF_K, SHM_REMAP, 0, 1);
    stop(program);
    give(program, SECCOMP_RET_ALLOW);
}

static void refuse_break(struct traced_filter *program)
{
    const uint16_t equals = BPF_JMP | BPF_JEQ | BPF_K;
    load(program, low_half(0));
    put(program, equals, PR_SET_MM, 1, 0);
    give(program, SECCOMP_RET_ALLOW);
    load(program, low_half(1));
    put(program, equals, PR_SET_MM_START_BRK, 3, 0);
    put(program, equals, PR_SET_MM_BRK, 2, 0);
    put(program, equals, PR_SET_MM_MAP, 1, 0);
    give(program, SECCOMP_RET_ALLOW);
    give(program, SECCOMP_RET_ERRNO | EINVAL);
}

/* An inner listener could let calls go on that we were to stop; a child that is made untraced
 * would get away. */
static void answer(struct traced_filter *program, const struct traced_call *row)
{
    switch (row->call) {
    case TRACED_SHMAT: stop_at_remap(program, row->number); break;
    case TRACED_CLONE3: give(program, SECCOMP_RET_ERRNO | ENOSYS); break;
    case TRACED_PRCTL: refuse_break(program); break;
    case TRACED_SECCOMP:
        refuse_bits(program, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, EBUSY);
        give(program, SECCOMP_RET_ALLOW);
        break;
    case TRACED_CLONE:
        refuse_bits(program, 0, CLONE_UNTRACED, EPERM);
        give(program, SECCOMP_RET_ALLOW);
        break;
    default: stop(program);
    }
}

static void put_kind(struct traced_filter *program, const struct traced_kind *kind)
{
    load(program, offsetof(struct seccomp_data, nr));
    put(program, BPF_ALU | BPF_AND | BPF_K, kind->mask, 0, 0);
    for (const struct traced_call *row = kind->calls; row->call != TRACED_NONE; row++) {
        unsigned jump = put(program, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 0);
        answer(program, row);
        program->code[jump].jf = (uint8_t)(program->length - jump - 1);
    }
    give(program, SECCOMP_RET_ALLOW);
}

/* Of a kind that is not in the table, nothing is known: its calls are not there. */
void traced_filter_build(struct traced_filter *program)
{
    program->length = 0;
    load(program, offsetof(struct seccomp_data, arch));
    for (int i = 0; i < KINDS; i++) {
        put(program, BPF_JMP | BPF_JEQ | BPF_K, traced_kinds[i].arch, 1, 0);
        unsigned skip = put(program, BPF_JMP | BPF_JA, 0, 0, 0);
        put_kind(program, &traced_kinds[i]);
        program->code[skip].k = program->length - skip - 1;
    }
    give(program, SECCOMP_RET_ERRNO | ENOSYS);
}

static bool is_remap(uint32_t number, const uint64_t args[6])
{
    return (args[2] & SHM_REMAP) &&
           (number != TRACED_IPC || (args[0] & TRACED_IPC_CALL) == TRACED_IPC_SHMAT);
}

static bool moves_break(const uint64_t args[6])
{
    uint32_t option = (uint32_t)args[0], what = (uint32_t)args[1];
    return option == PR_SET_MM &&
           (what == PR_SET_MM_START_BRK || what == PR_SET_MM_BRK || what == PR_SET_MM_MAP);
}

/* The call of a row, if its arguments are such that it is. */
static enum traced call_of(const struct traced_call *row, const uint64_t args[6])
{
    bool is_not = (row->call == TRACED_SHMAT && !is_remap(row->number, args)) ||
                  (row->call == TRACED_PRCTL && !moves_break(args));
    return is_not ? TRACED_NONE : row->call;
}

enum traced traced_filter_call(uint32_t arch, uint64_t number, const uint64_t args[6])
{
    for (int i = 0; i < KINDS; i++) {
        const struct traced_kind *kind = &traced_kinds[i];
        if (kind->arch != arch)
            continue;
        for (const struct traced_call *row = kind->calls; row->call != TRACED_NONE; row++)
            if (row->number == ((uint32_t)number & kind->mask))
                return call_of(row, args);
    }
    return TRACED_NONE;
}
