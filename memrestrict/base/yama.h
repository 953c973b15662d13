/* SPDX-License-Identifier: MIT
 *
 * Who may trace whom, by kernel.yama.ptrace_scope (the kernel's
 * Documentation/admin-guide/LSM/Yama).
 */
#ifndef MEMRESTRICT_YAMA_H
#define MEMRESTRICT_YAMA_H

/* 0 where there is no such setting: who may send it signals. 1: its ancestors. 2: root. 3: nobody.
 */
int yama_scope(void);
/* Who may, from 1 on: "root" ... Static. */
const char *yama_words(int scope);

#endif
