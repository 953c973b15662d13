/* SPDX-License-Identifier: MIT */
#include "base/fault_plan.h"

#include "base/duration.h"
#include "common/plan.h"

#include <sys/random.h>
#include <unistd.h>

static struct plans plans;

bool fault_plan_check(const char *where, const char *text)
{
    struct plan_error error;
    struct text complaint = {.length = 0};
    if (plan_read(&plans, text, &error))
        return true;
    plan_explain(&complaint, where, text, &error);
    writer_stderr(&complaint);
    return false;
}

/* Short, to be typed again. */
static uint32_t make_seed(void)
{
    uint32_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = (uint32_t)duration_now() ^ (uint32_t)getpid();
    return seed;
}

const char *fault_plan_whole(const char *text, bool *seed_made)
{
    static char whole[PLAN_TEXT];
    struct plan_error error;
    *seed_made = plan_read(&plans, text, &error) && plan_wants_seed(&plans) &&
                 plan_seed(&plans, make_seed(), whole);
    return *seed_made ? whole : text;
}
