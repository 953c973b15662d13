/* SPDX-License-Identifier: MIT
 *
 * What depends on the kind of machine. Each kind has a file beside this one, which says what it
 * knows; portable.h has the rest, and all of it for kinds without a file. A new kind is one more
 * file, and a line here.
 */
#ifndef MEMRESTRICT_ARCH_H
#define MEMRESTRICT_ARCH_H

#include <stdbool.h>
#include <stdint.h>

/* Where a signal interrupted a thread. */
struct arch_registers {
    uintptr_t pc, sp, fp;
};

#if defined(__x86_64__) && defined(__LP64__)
#include "arch/x86_64.h"
#elif defined(__i386__)
#include "arch/i386.h"
#elif defined(__aarch64__) && defined(__LP64__)
#include "arch/aarch64.h"
#endif

#include "arch/portable.h"

#endif
