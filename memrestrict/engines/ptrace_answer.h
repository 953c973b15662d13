/* SPDX-License-Identifier: MIT
 *
 * The calls of traced threads, whatever the machine and the kernel: what is called, and what is to
 * come of a call that is not made.
 */
#ifndef MEMRESTRICT_PTRACE_ANSWER_H
#define MEMRESTRICT_PTRACE_ANSWER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ptrace.h>

#include <linux/ptrace.h> /* not before sys/ptrace.h */

/* For tests: is this word in the variable TEST_OF_MEMRESTRICT_PTRACE? It takes from us what older
 * kernels do not have ("registers", "no-syscall-info", "no-action-avail"). */
bool ptrace_is_told(const char *word);

/* PTRACE_GET_SYSCALL_INFO (Linux 5.3): without it nobody could tell i386's calls of a 64-bit
 * program from its others. */
bool ptrace_reads_calls(void);
/* Of a thread that stands before or after a call. False: it is dead by now. */
bool ptrace_read_call(int tid, struct ptrace_syscall_info *info);

/* Of a call that is not made: what it gives, if that is still to be put there. */
struct ptrace_answer {
    bool is_due;
    int64_t value;
};

/* In the stop before a call: it is not made, and gives `value`. Where the kernel can do so without
 * our knowing the machine's registers (Linux 6.16) that is due in the stop after it, to which the
 * thread must be sent. False: it is dead by now. */
bool ptrace_answer(int tid, int64_t value, struct ptrace_answer *answer);
/* In the stop after it, if it is due. */
void ptrace_answer_now(int tid, struct ptrace_answer *answer);

#endif
