/* SPDX-License-Identifier: MIT
 *
 * Reading memory of which nobody can say that it can be read: other processes may cut a file short,
 * and a page may have a guard or a key that no list shows. For one thread, while all others wait.
 */
#ifndef MEMRESTRICT_RISKY_READ_H
#define MEMRESTRICT_RISKY_READ_H

#include "arch/arch.h"

/* By the compiler, if it can: each name of the C library that is needed costs every program that
 * starts. */
#ifdef ARCH_JUMPS_BY_COMPILER
typedef void *risky_read_place[5];
#define RISKY_READ_HERE() (__builtin_setjmp(risky_read_back) != 0)
#define RISKY_READ_GO_BACK() __builtin_longjmp(risky_read_back, 1)
#else
#include <setjmp.h>
typedef sigjmp_buf risky_read_place;
#define RISKY_READ_HERE() (sigsetjmp(risky_read_back, 0) != 0)
#define RISKY_READ_GO_BACK() siglongjmp(risky_read_back, 1)
#endif

extern risky_read_place risky_read_back;

/* From here to the end a SIGSEGV or SIGBUS of this thread goes back to where it said
 * RISKY_READ_HERE() last, which is true then. The signals must not be blocked. */
void risky_read_begin(void);
void risky_read_end(void);

#endif
