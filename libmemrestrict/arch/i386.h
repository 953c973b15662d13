/* SPDX-License-Identifier: MIT
 *
 * x86 of 32 bits. What each name means is said in portable.h. Stacks are taken up to a signal
 * handler, and not beyond.
 */
#ifndef MEMRESTRICT_ARCH_I386_H
#define MEMRESTRICT_ARCH_I386_H

#define ARCH_UNWINDS true
enum { ARCH_DWARF_FP = 5, ARCH_DWARF_SP = 4, ARCH_DWARF_RA = 8 };

#define ARCH_CALL_PUSHES true

#endif
