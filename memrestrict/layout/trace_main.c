/* SPDX-License-Identifier: MIT */
#include "layout/trace_main.h"

#include "space/address_space.h"
#include "space/kernel_file.h"
#include "layout/trace_registers.h"
#include "layout/trace_stops.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { STEPS = 500, INSTRUCTION = 16, VECTOR_MOST = 4096 };

/* Where the program begins once it is loaded; 0: not to be seen. */
static uint64_t entry_of(int pid, unsigned bits)
{
    size_t length = 0, word = bits / 8;
    uint64_t entry = 0;
    char *vector = kernel_file(kernel_path("/proc/%d/auxv", pid), VECTOR_MOST, &length);
    for (size_t at = 0; vector != NULL && at + 2 * word <= length; at += 2 * word) {
        uint64_t key = 0;
        memcpy(&key, vector + at, word);
        if (key == AT_ENTRY)
            memcpy(&entry, vector + at + word, word);
    }
    free(vector);
    return entry;
}

/* Runs on until the place is met. False: the program ended. */
static bool run_to(struct tracing *tracing, uint64_t address)
{
    struct trace_break place;
    struct traced_stop stop;
    if (!trace_break_set(tracing->pid, address, &place))
        return false;
    ptrace(PTRACE_CONT, tracing->pid, NULL, NULL);
    while (trace_next(tracing, &stop)) {
        int signal = 0;
        enum trace_kind kind = trace_kind(&stop);
        if (kind == TRACE_AT_SIGNAL && WSTOPSIG(stop.status) == SIGTRAP &&
            trace_break_met(stop.thread, &place))
            return true;
        if (kind == TRACE_AT_GROUP_STOP) {
            ptrace(PTRACE_LISTEN, stop.thread, NULL, NULL);
            continue;
        }
        if (kind == TRACE_AT_SIGNAL)
            signal = WSTOPSIG(stop.status);
        ptrace(PTRACE_CONT, stop.thread, NULL, (void *)(long)signal);
    }
    return false;
}

static bool is_code(const struct address_space *space, uint64_t address)
{
    const struct mapping *mapping = space_above(space, address);
    return mapping != NULL && mapping->low <= address && mapping->kind == MAPPING_TEXT;
}

/* Step by step from the entry point: the first jump with the address of code of the program as an
 * argument is the call of the C library's start, and the address is main's. 0: there is none. */
static uint64_t find_main(struct tracing *tracing, const struct address_space *space)
{
    uint64_t last = 0, here, value;
    struct traced_stop stop;
    for (int i = 0; i < STEPS; i++) {
        if (!trace_position(tracing->pid, &here))
            return 0;
        bool called = last != 0 && (here < last || here - last > INSTRUCTION);
        if (called && trace_first_argument(tracing->pid, space->bits, &value) &&
            is_code(space, value))
            return value;
        last = here;
        if (ptrace(PTRACE_SINGLESTEP, tracing->pid, NULL, NULL) != 0 ||
            !trace_next(tracing, &stop) || trace_kind(&stop) != TRACE_AT_SIGNAL ||
            WSTOPSIG(stop.status) != SIGTRAP)
            return 0;
    }
    return 0;
}

bool trace_go_to_main(struct tracing *tracing, const char **where)
{
    struct address_space space;
    if (!space_read(tracing->pid, &space))
        return false;
    uint64_t entry = entry_of(tracing->pid, space.bits);
    bool done = entry != 0 && run_to(tracing, entry);
    uint64_t main_at = done ? find_main(tracing, &space) : 0;
    if (done && main_at != 0)
        done = run_to(tracing, main_at);
    *where = main_at != 0 ? "at main" : "near its entry point, as main was not found";
    space_free(&space);
    return done;
}
