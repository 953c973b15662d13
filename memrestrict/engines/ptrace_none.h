/* SPDX-License-Identifier: MIT
 *
 * A machine for which nobody has written down the numbers of calls: there is no such engine there.
 * Included by ptrace_calls.h alone.
 */
#include <stdbool.h>

static const struct traced_kind traced_kinds[] = {{0, 0, {{0, TRACED_NONE}}}};

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
