/* SPDX-License-Identifier: MIT
 *
 * Faults of where things are: the heap, the stack, the order of it all, the gaps.
 */
#include "space/faults.h"

#include "base/size_words.h"
#include "space/mapping_kinds.h"

#include <string.h>
#include <sys/personality.h>

static const uint64_t mib = 1 << 20;

void fault_check_boxed_heap(const struct address_space *space, const struct fault_bounds *bounds,
                            struct fault_list *list)
{
    const struct mapping *next;
    char room[SIZE_ROOM], used[SIZE_ROOM];
    uint64_t left = space_heap_room(space, &next);
    if (space->break_start == 0 || left >= bounds->heap_room)
        return;
    const char *name = next != NULL ? mapping_name(next) : "the end of the address space";
    size_words(space->break_end - space->break_start, used);
    struct fault_found *found =
        left == 0 ? fault_add(list, FAULT_FAULT,
                              "the heap (brk, %s now) cannot grow: %s is in the way", used, name)
                  : fault_add(list, FAULT_FAULT,
                              "the heap (brk, %s now) can grow by %s, then %s is in the way", used,
                              size_words(left, room), name);
    if (found != NULL)
        found->left = left, found->mapping = next;
}

void fault_check_boxed_stack(const struct address_space *space, const struct fault_bounds *bounds,
                             struct fault_list *list)
{
    const struct mapping *next;
    char room[SIZE_ROOM], limit[SIZE_ROOM];
    uint64_t left = space_stack_room(space, &next), most = space->limits.stack;
    (void)bounds;
    if (next == NULL || (most != SPACE_UNKNOWN && space->stack_used + left >= most) ||
        (most == SPACE_UNKNOWN && left >= 8 * mib))
        return;
    enum fault_severity severity = left < mib ? FAULT_FAULT : FAULT_NOTE;
    struct fault_found *found;
    size_words(most, limit);
    if (next->kind == MAPPING_STACK)
        found = fault_add(list, severity,
                          "the main stack ends at guard pages within it, %s below its top; its "
                          "limit is %s",
                          size_words(next->high - next->guard, room), limit);
    else if (left == 0)
        found = fault_add(list, severity,
                          "the main stack cannot grow: %s is in the way; its limit is %s",
                          mapping_name(next), limit);
    else
        found = fault_add(list, severity,
                          "the main stack can grow by %s, then %s is in the way; its limit is %s",
                          size_words(left, room), mapping_name(next), limit);
    if (found != NULL)
        found->left = left, found->mapping = next;
}

/* Why is it so? NULL: nothing says. */
static const char *legacy_cause(const struct address_space *space, const char **words)
{
    static const struct {
        const char *id, *words;
    } causes[] = {
        {"personality", "its personality asks for it (setarch -L, ADDR_COMPAT_LAYOUT)"},
        {"sysctl", "vm.legacy_va_layout is set"},
        {"unlimited-stack", "its stack has no limit (ulimit -s unlimited)"},
        {"32-bit-parent", "a 32-bit parent started it, whose layout an old kernel keeps over exec"},
    };
    int cause = (space->personality & ADDR_COMPAT_LAYOUT) != 0  ? 0
                : space->system.legacy > 0                      ? 1
                : space->limits.stack == SPACE_UNKNOWN          ? 2
                : space->bits == 64 && space->parent_bits == 32 ? 3
                                                                : -1;
    *words = cause >= 0 ? causes[cause].words : "for a reason that cannot be seen any more";
    return cause >= 0 ? causes[cause].id : NULL;
}

void fault_check_legacy_layout(const struct address_space *space, const struct fault_bounds *bounds,
                               struct fault_list *list)
{
    struct space_area area = space_area(space);
    const char *words, *cause = legacy_cause(space, &words);
    struct fault_found *found = NULL;
    (void)bounds;
    if (area.direction == SPACE_UP)
        found =
            fault_add(list, FAULT_FAULT, "mappings are placed from %#llx up, the legacy layout: %s",
                      (unsigned long long)area.base, words);
    else if (area.direction == SPACE_DOWN && area.base < space->top / 4)
        found = fault_add(list, FAULT_NOTE,
                          "mappings are placed below %#llx, a sixth of the address space: %s",
                          (unsigned long long)area.base, words);
    if (found != NULL)
        found->cause = cause;
}

void fault_check_no_aslr(const struct address_space *space, const struct fault_bounds *bounds,
                         struct fault_list *list)
{
    struct fault_found *found = NULL;
    const char *cause = "sysctl";
    (void)bounds;
    if ((space->personality & ADDR_NO_RANDOMIZE) != 0) {
        cause = "personality";
        found = fault_add(list, FAULT_FAULT,
                          "addresses are not random: its personality says so (setarch -R, or a "
                          "debugger)");
    } else if (space->system.randomize == 0) {
        found = fault_add(list, FAULT_FAULT,
                          "addresses are not random: kernel.randomize_va_space is 0");
    } else if (space->system.randomize == 1) {
        found = fault_add(list, FAULT_NOTE,
                          "the heap follows the program at once: kernel.randomize_va_space is 1");
    }
    if (found != NULL)
        found->cause = cause;
}

void fault_check_address_space(const struct address_space *space, const struct fault_bounds *bounds,
                               struct fault_list *list)
{
    struct space_sums sums = space_sums(space);
    char left[SIZE_ROOM], all[SIZE_ROOM];
    (void)bounds;
    if (sums.free >= 1024 * mib)
        return;
    struct fault_found *found =
        fault_add(list, sums.free < 256 * mib ? FAULT_FAULT : FAULT_NOTE,
                  "%s of addresses are left of %s: the program is of %u bits",
                  size_words(sums.free, left), size_words(space->top, all), space->bits);
    if (found != NULL)
        found->left = sums.free;
}

void fault_check_fragmentation(const struct address_space *space, const struct fault_bounds *bounds,
                               struct fault_list *list)
{
    struct space_sums sums = space_sums(space);
    char largest[SIZE_ROOM], all[SIZE_ROOM];
    (void)bounds;
    if (sums.largest_gap >= 256 * mib || sums.largest_gap >= sums.free / 4)
        return;
    struct fault_found *found =
        fault_add(list, FAULT_FAULT, "the largest gap is %s, though %s of addresses are free",
                  size_words(sums.largest_gap, largest), size_words(sums.free, all));
    if (found != NULL)
        found->left = sums.largest_gap;
}
