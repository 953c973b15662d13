/* SPDX-License-Identifier: MIT
 *
 * A machine for which nobody has written down the registers: there is no such engine there.
 * Included by ptrace_registers.h alone.
 */
#include <stdbool.h>

struct traced_saved {
    char none;
};
static inline bool traced_answer(int tid, int64_t value)
{
    (void)tid, (void)value;
    return false;
}
static inline bool traced_widen(int tid, const uint32_t args[6], struct traced_saved *saved)
{
    (void)tid, (void)args, (void)saved;
    return false;
}
static inline bool traced_unwiden(int tid, const struct traced_saved *saved)
{
    (void)tid, (void)saved;
    return false;
}
