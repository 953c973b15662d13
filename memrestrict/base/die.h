/* SPDX-License-Identifier: MIT
 *
 * The command's end as the program's was.
 */
#ifndef MEMRESTRICT_DIE_H
#define MEMRESTRICT_DIE_H

/* Ends the command by this signal, without a core of its own. */
_Noreturn void die_of(int signal);

#endif
