/* SPDX-License-Identifier: MIT
 *
 * The public functions of <memrestrict.h>.
 */
#include "records/budget.h"
#include "edges/exports.h"
#include "decide/gate_refusals.h"
#include "edges/lifecycle.h"
#include "ground/process.h"
#include "records/sites_list.h"

#include <errno.h>

#define MEMRESTRICT_LIBRARY
#include <memrestrict.h>

EXPORT bool memrestrict_active(void) { return life_active(); }

EXPORT bool memrestrict_usage_get(struct memrestrict_usage *usage, size_t size)
{
    if (!life_active() || size < sizeof *usage)
        return false;
    struct budget_figures budget = budget_read();
    struct gate_figures gate = gate_figures();
    *usage = (struct memrestrict_usage){
        .limit = budget.limit,
        .used = budget.used,
        .peak = budget.peak,
        .refusals = gate.refusals,
        .unknown = gate.unknown,
    };
    return true;
}

EXPORT bool memrestrict_limit_set(uint64_t bytes)
{
    int saved = errno;
    bool set = life_active() && budget_choose_limit(bytes);
    errno = set ? saved : life_active() ? EAGAIN : ENOSYS;
    return set;
}

EXPORT bool memrestrict_soft_set(uint64_t bytes, int fd)
{
    int saved = errno;
    int error = life_active() ? budget_set_soft(bytes, fd) : ENOSYS;
    errno = error == 0 ? saved : error;
    return error == 0;
}

EXPORT bool memrestrict_peak_reset(void)
{
    if (!life_active()) {
        errno = ENOSYS;
        return false;
    }
    budget_reset_peak();
    return true;
}

EXPORT bool memrestrict_sites_write(int fd)
{
    int saved = errno;
    int error = life_active() ? sites_list_write(fd, process_called(), budget_read().used) : ENOSYS;
    errno = error == 0 ? saved : error;
    return error == 0;
}
