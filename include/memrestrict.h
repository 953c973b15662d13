/* SPDX-License-Identifier: MIT
 *
 * memrestrict: a memory budget for a program.
 *
 * A program that wants to know of its own budget declares these functions weak, or finds them with
 * dlsym(3), and runs unchanged where libmemrestrict.so is not preloaded.
 */
#ifndef MEMRESTRICT_H
#define MEMRESTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEMRESTRICT_UNLIMITED UINT64_MAX

/* Bytes, unless named otherwise. */
struct memrestrict_usage {
    uint64_t limit; /* or MEMRESTRICT_UNLIMITED */
    uint64_t used;  /* charged now: heap blocks as they were asked for, mapped regions in pages */
    uint64_t peak;  /* the most that `used` was; with several threads up to 128 KiB a thread more */
    uint64_t refusals; /* calls that failed with ENOMEM because of the limit */
    uint64_t unknown;  /* addresses freed or reallocated that the library had not seen allocated */
};

/* Fills *usage with this process's figures; `size` is sizeof *usage as the caller was compiled, so
 * that the struct can grow. Returns false, and fills nothing, if this process is not limited
 * (MEMRESTRICT_PROGRAM names others) or `size` is none that was ever valid. `used` is exact when no
 * other thread allocates meanwhile. Safe in any thread; takes locks, so not for signal handlers
 * that must not wait. Never allocates, leaves errno alone. */
bool memrestrict_usage_get(struct memrestrict_usage *usage, size_t size);

#ifdef __cplusplus
}
#endif
#endif
