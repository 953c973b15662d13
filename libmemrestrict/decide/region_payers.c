/* SPDX-License-Identifier: MIT */
#include "decide/region_payers.h"

#include "decide/gate_scopes.h"
#include "decide/map_arguments.h"
#include "records/budget.h"

static void credit(uint64_t note, uint64_t bytes, void *unused)
{
    (void)unused;
    scopes_credit(gate_scopes_payer(note), bytes, NULL);
}

void region_payers_start(void) { regions_on_noted_gone = credit; }

void region_payers_release(const struct regions_cut *cut) { regions_each_noted(cut, credit, NULL); }

uint64_t region_payers_note(const void *caller) { return gate_scopes_note(caller); }

/* What the levels of a chain have less, by depth, once the call has taken away what it does. */
struct shares {
    struct memrestrict_scope *scope; /* whose chain */
    bool settle;                     /* levels that are not of the chain are credited */
    uint64_t less[SCOPES_NESTED];
};

static void see(uint64_t note, uint64_t bytes, void *context)
{
    struct shares *shares = context;
    struct memrestrict_scope *payer = gate_scopes_payer(note);
    const struct memrestrict_scope *common = scopes_common(payer, shares->scope);
    if (common != NULL)
        shares->less[common->depth] += bytes; /* and all above: see gather */
    if (shares->settle)
        scopes_credit(payer, bytes, common);
}

static void gather(const struct gate_region *region, struct shares *shares)
{
    if (!region->keeps)
        regions_each_noted(&region->cut, see, shares);
    if (!region->patchy)
        regions_each_noted(&region->target, see, shares);
    if (!region->stays)
        regions_each_noted(&region->behind, see, shares);
    for (uint32_t depth = shares->scope != NULL ? shares->scope->depth : 0; depth > 0; depth--)
        shares->less[depth - 1] += shares->less[depth];
}

/* The kernel would have said no, if there had been room. */
static bool is_not_to_be_mapped(const struct gate_region *region)
{
    return region->of_file && map_arguments_error(region->fd) != 0;
}

enum scopes_answer region_payers_charge(struct gate_region *region, uint64_t more, uint64_t process)
{
    struct shares shares = {.scope = scopes_current()};
    struct memrestrict_scope *full;
    struct scopes_charge charge = {.own = more,
                                   .shared = more,
                                   .less = shares.less,
                                   .process = process,
                                   .last = budget_charge,
                                   .full = &full};
    if (more == 0)
        return SCOPES_CHARGED;
    gather(region, &shares);
    enum scopes_answer answer = scopes_charge(shares.scope, &charge);
    if (answer == SCOPES_CHARGED) {
        region->scope = shares.scope;
        region->more = more;
    } else if (answer == SCOPES_FULL && !is_not_to_be_mapped(region)) {
        scopes_count_refusal(full);
    }
    return answer;
}

static void credit_level(struct memrestrict_scope *level, uint64_t bytes, uint64_t but)
{
    if (bytes > but)
        scopes_credit(level, bytes - but, level->parent);
}

void region_payers_settle(const struct gate_region *region)
{
    struct shares shares = {.scope = region->scope, .settle = true};
    gather(region, &shares);
    for (struct memrestrict_scope *level = region->scope; level != NULL; level = level->parent)
        credit_level(level, shares.less[level->depth], region->more);
}

void region_payers_undo(struct gate_region *region)
{
    struct shares shares = {.scope = region->scope};
    gather(region, &shares);
    for (struct memrestrict_scope *level = region->scope; level != NULL; level = level->parent)
        credit_level(level, region->more, shares.less[level->depth]);
    region->scope = NULL;
}

struct memrestrict_scope *region_payers_hold(struct gate_region *region, uint64_t *note)
{
    struct memrestrict_scope *scope = region->call == CALL_mprotect ? region->scope : NULL;
    if (scope != NULL) {
        *note = region_payers_note(region->caller);
        region->scope = NULL;
    }
    return scope;
}
