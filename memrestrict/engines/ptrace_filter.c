/* SPDX-License-Identifier: MIT */
#include "engines/ptrace_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)
#endif

enum { KINDS = sizeof traced_kinds / sizeof traced_kinds[0], MOST = 160 };

struct program {
    struct sock_filter code[MOST];
    unsigned short length;
};

static unsigned put(struct program *program, uint16_t code, uint32_t operand, uint8_t yes,
                    uint8_t no)
{
    program->code[program->length] = (struct sock_filter){code, yes, no, operand};
    return program->length++;
}

static void load(struct program *program, size_t offset)
{
    put(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void give(struct program *program, uint32_t answer)
{
    put(program, BPF_RET | BPF_K, answer, 0, 0);
}

static uint32_t low_half(int argument)
{
    size_t first = offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (size_t)argument;
    return (uint32_t)first + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

static void stop(struct program *program) { give(program, SECCOMP_RET_TRACE | FILTER_COOKIE); }

/* If one of these bits of an argument is set: that error. */
static void refuse_bits(struct program *program, int argument, uint32_t bits, int error)
{
    load(program, low_half(argument));
    put(program, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    give(program, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* An inner listener could let calls go on that we were to stop; a child that is made untraced
 * would get away. */
static void answer(struct program *program, enum traced call)
{
    switch (call) {
    case TRACED_CLONE3: give(program, SECCOMP_RET_ERRNO | ENOSYS); break;
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

static void put_kind(struct program *program, const struct traced_kind *kind)
{
    load(program, offsetof(struct seccomp_data, nr));
    put(program, BPF_ALU | BPF_AND | BPF_K, kind->mask, 0, 0);
    for (const struct traced_call *row = kind->calls; row->call != TRACED_NONE; row++) {
        unsigned jump = put(program, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 0);
        answer(program, row->call);
        program->code[jump].jf = (uint8_t)(program->length - jump - 1);
    }
    give(program, SECCOMP_RET_ALLOW);
}

/* Of a kind that is not in the table, nothing is known: its calls are not there. */
static void build(struct program *program)
{
    load(program, offsetof(struct seccomp_data, arch));
    for (int i = 0; i < KINDS; i++) {
        put(program, BPF_JMP | BPF_JEQ | BPF_K, traced_kinds[i].arch, 1, 0);
        unsigned skip = put(program, BPF_JMP | BPF_JA, 0, 0, 0);
        put_kind(program, &traced_kinds[i]);
        program->code[skip].k = program->length - skip - 1;
    }
    give(program, SECCOMP_RET_ERRNO | ENOSYS);
}

bool ptrace_filter_install(void)
{
    struct program program = {.length = 0};
    build(&program);
    struct sock_fprog filter = {.len = program.length, .filter = program.code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0)
        return true;
    return errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

enum traced ptrace_filter_call(uint32_t arch, uint64_t number)
{
    for (int i = 0; i < KINDS; i++) {
        const struct traced_kind *kind = &traced_kinds[i];
        if (kind->arch != arch)
            continue;
        for (const struct traced_call *row = kind->calls; row->call != TRACED_NONE; row++)
            if (row->number == ((uint32_t)number & kind->mask))
                return row->call;
    }
    return TRACED_NONE;
}
