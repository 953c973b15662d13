/* SPDX-License-Identifier: MIT */
#include "edges/front.h"

#include "decide/membership.h"
#include "decide/report.h"
#include "ground/real.h"

_Atomic bool front_awaits_heap_call, front_awaits_map_call, front_was_called;

void front_start(void)
{
    front_call_heap();
    atomic_store(&front_awaits_heap_call, real_heap_owner() != NULL);
    atomic_store(&front_awaits_map_call, real_heap_owner() != NULL && real_maps_are_others());
}

void front_say(void)
{
    const char *owner = real_heap_owner();
    if (!atomic_load_explicit(&front_was_called, memory_order_relaxed)) {
        membership_note_unreached();
        report_unreached();
    }
    if (owner == NULL)
        return;
    membership_note_owners(owner, front_awaits_heap(), front_awaits_maps());
    report_owners(owner, front_awaits_heap(), front_awaits_maps());
}

COLD void front_passed_heap(void)
{
    atomic_store(&front_awaits_heap_call, false);
    guard_forget_path(); /* the thread's next call may be a fast one */
    front_say();
}

COLD void front_passed_maps(void)
{
    atomic_store(&front_awaits_map_call, false);
    front_say();
}
