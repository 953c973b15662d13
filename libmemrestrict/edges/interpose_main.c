/* SPDX-License-Identifier: MIT
 *
 * The beginning of the program's main, for plans of faults that wait for it. An unversioned export
 * stands for all versions of the C library's: they are one function, and tell by its arguments
 * which of them was meant.
 */
#include "edges/exports.h"
#include "decide/exec_environment.h"
#include "decide/leaks.h"
#include "decide/membership.h"
#include "records/fault.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <stdlib.h>

typedef int main_function(int argc, char **argv, char **environment);

int __libc_start_main(main_function *function, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

static main_function *program_main;

/* The last call leaves no frame of ours below the program's. */
static int reach_main(int argc, char **argv, char **environment)
{
    fault_reach_main();
    leaks_note_main((uintptr_t)__builtin_dwarf_cfa());
    return program_main(argc, argv, environment);
}

EXPORT int __libc_start_main(main_function *function, int argc, char **argv, void (*init)(void),
                             void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    program_main = function;
    lifecycle_know_environment(argv + argc + 1);
    if (life() == LIFE_COLD)
        lifecycle_start();
    membership_note_main();
    exec_environment_clean(argv + argc + 1); /* where the kernel put it */
    __typeof__(real.__libc_start_main) next = REAL_NOW(__libc_start_main);
    if (next == NULL)
        exit(function(argc, argv, argv + argc + 1));
    return next(fault_on || leaks_on ? reach_main : function, argc, argv, init, fini, rtld_fini,
                stack_end);
}
