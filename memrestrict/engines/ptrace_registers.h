/* SPDX-License-Identifier: MIT
 *
 * The registers of a traced program, by a file of its own for each machine.
 */
#ifndef MEMRESTRICT_PTRACE_REGISTERS_H
#define MEMRESTRICT_PTRACE_REGISTERS_H

#include <stdint.h>

#if defined(__x86_64__)
enum { TRACED_MACHINE = 1 };
#include "engines/ptrace_x86_64.h"
#elif defined(__aarch64__)
enum { TRACED_MACHINE = 1 };
#include "engines/ptrace_aarch64.h"
#else
enum { TRACED_MACHINE = 0 };
#include "engines/ptrace_none.h"
#endif

#endif
