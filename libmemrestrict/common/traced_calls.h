/* SPDX-License-Identifier: MIT
 *
 * The system calls at which a program that is limited from outside stops.
 */
#ifndef MEMRESTRICT_TRACED_CALLS_H
#define MEMRESTRICT_TRACED_CALLS_H

enum traced {
    TRACED_NONE,
    TRACED_BRK,
    TRACED_MMAP,
    TRACED_OLD_MMAP, /* its arguments are in memory */
    TRACED_MREMAP,
    TRACED_MPROTECT,
    TRACED_MUNMAP,
    TRACED_SHMAT,  /* with SHM_REMAP, in the place of what is there; else it is none of these */
    TRACED_CLONE,  /* untraced children are refused */
    TRACED_CLONE3, /* its flags are in memory: not there, and C libraries take clone instead */
    TRACED_SECCOMP,
    TRACED_PRCTL, /* that moves the break, by which brk(2) goes, unseen: not there, as in kernels
                     without CONFIG_CHECKPOINT_RESTORE; else it is none of these */
    TRACED_PTRACE
};

#endif
