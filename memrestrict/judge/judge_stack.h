/* SPDX-License-Identifier: MIT
 *
 * Did a stack overflow? Told by where a fault struck, while the thread stands there.
 */
#ifndef MEMRESTRICT_JUDGE_STACK_H
#define MEMRESTRICT_JUDGE_STACK_H

#include <stdbool.h>

/* Of a thread that is stopped by its SIGSEGV. False also if that cannot be seen. */
bool judge_stack_overflowed(int tid);

#endif
