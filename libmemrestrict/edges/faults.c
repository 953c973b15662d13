/* SPDX-License-Identifier: MIT
 *
 * Faults from code, as <memrestrict.h> has them: a thread's own plan, and a block that is run again
 * and again, with another allocation failing each time.
 */
#include "edges/exports.h"
#include "common/writer.h"
#include "decide/gate.h"
#include "edges/lifecycle.h"
#include "ground/process.h"
#include "records/fault.h"
#include "records/ledger.h"
#include "records/regions.h"

#include <errno.h>
#include <string.h>

#define MEMRESTRICT_LIBRARY
#include <memrestrict.h>

/* The thread's path is another from here on. */
static bool arm(const char *plan, const char **accepted)
{
    if (!fault_arm_thread(plan, process_program(), accepted))
        return false;
    gate_expect_faults();
    guard_forget_path();
    return true;
}

static uint64_t disarm(void)
{
    uint64_t faults = fault_disarm_thread();
    guard_forget_path();
    return faults;
}

EXPORT bool memrestrict_fault_arm(const char *plan)
{
    const char *accepted = NULL;
    int saved = errno;
    bool armed = life_active() && arm(plan, &accepted);
    errno = armed ? saved : !life_active() ? ENOSYS : accepted != NULL ? EINVAL : ENOMEM;
    return armed;
}

EXPORT void memrestrict_fault_disarm(void) { disarm(); }

static void note_live(struct memrestrict_failures *failures)
{
    struct ledger_live live = ledger_live();
    failures->bytes = live.bytes + regions_live(&regions_own).bytes;
    failures->blocks = live.blocks;
}

static uint64_t more_than(uint64_t now, uint64_t before) { return now > before ? now - before : 0; }

/* The next round fails this allocation. */
static void begin(struct memrestrict_failures *failures)
{
    struct text plan = {.length = 0};
    const char *accepted;
    text_add(&plan, "nth=");
    text_add_number(&plan, failures->tried);
    text_add_char(&plan, '\0');
    failures->state =
        arm(plan.bytes, &accepted) ? MEMRESTRICT_FAILURES_ARMED : MEMRESTRICT_FAILURES_LAST;
}

/* What a round has lost once may be kept for the next call of the same function; what it loses
 * twice is lost. False: it is. The next round begins with what is live now. */
static bool check(struct memrestrict_failures *failures, bool struck)
{
    struct memrestrict_failures before = *failures;
    note_live(failures);
    uint64_t bytes = more_than(failures->bytes, before.bytes);
    uint64_t blocks = more_than(failures->blocks, before.blocks);
    bool again = bytes + blocks != 0 && !failures->again;
    if (bytes + blocks != 0 && !again) {
        failures->lost_bytes = bytes;
        failures->lost_blocks = blocks;
        failures->failed = struck ? failures->tried : 0;
        return false;
    }
    failures->again = again;
    return true;
}

EXPORT bool memrestrict_failures_next(struct memrestrict_failures *failures)
{
    if (failures->state == MEMRESTRICT_FAILURES_LAST)
        return false;
    if (!life_active()) {
        failures->state = MEMRESTRICT_FAILURES_LAST;
        return true;
    }
    bool struck = true;
    if (failures->state == MEMRESTRICT_FAILURES_ARMED) {
        struck = disarm() != 0;
        failures->state = MEMRESTRICT_FAILURES_LAST;
        if (!check(failures, struck) || (!struck && !failures->again))
            return false;
    } else {
        note_live(failures);
    }
    failures->tried += !failures->again;
    begin(failures);
    return true;
}
