/* SPDX-License-Identifier: MIT */
#include "base/json_object.h"
#include "base/json_text.h"
#include "outcome/format_leaks.h"

#include <inttypes.h>

static json_t *amount_object(struct leak_amount amount)
{
    struct json_object object = json_begin();
    json_put(&object, "bytes", json_number(amount.bytes));
    json_put(&object, "blocks", json_number(amount.blocks));
    return json_end(&object);
}

static json_t *site_name(uint64_t site)
{
    return site == 0 ? json_null() : json_sprintf("%016" PRIx64, site);
}

static json_t *leak_object(const struct leak *leak)
{
    struct json_object object = json_begin();
    json_put(&object, "site", site_name(leak->site));
    json_put(&object, "place", json_text(leak->place));
    json_put(&object, "key", json_text(leak->key));
    json_put(&object, "stack", json_texts(leak->stack, leak->depth));
    json_put(&object, "lost", amount_object(leak->lost));
    json_put(&object, "leads_to", amount_object(leak->led));
    json_put(&object, "indirectly", amount_object(leak->within));
    json_put(&object, "by_site", site_name(leak->by));
    json_put(&object, "by_place", json_text(leak->by_place));
    json_put(&object, "possibly", amount_object(leak->possible));
    json_put(&object, "suppressed", json_boolean(leak->suppressed));
    return json_end(&object);
}

static json_t *leak_array(const struct leaks *leaks)
{
    json_t *array = json_array();
    bool failed = array == NULL;
    for (size_t i = 0; i < leaks->count; i++)
        failed |= json_array_append_new(array, leak_object(&leaks->list[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

json_t *format_leaks_json(const struct outcome *outcome, const struct process *process)
{
    const struct leaks *leaks = &process->leaks;
    if (!outcome->leaks_asked)
        return json_null();
    struct json_object object = json_begin();
    json_put(&object, "looked", json_boolean(leaks->look == LEAKS_LOOKED));
    json_put(&object, "reason", json_text(outcome_why_leaks_unknown(outcome, process)));
    json_put(&object, "threads_stopped", json_number(leaks->threads));
    json_put(&object, "threads_deaf", json_number(leaks->deaf));
    json_put(&object, "duration_ns", json_number(leaks->nanoseconds));
    json_put(&object, "lost", amount_object(leaks->lost));
    json_put(&object, "suppressed", amount_object(leaks->suppressed));
    json_put(&object, "indirectly", amount_object(leaks->within));
    json_put(&object, "possibly", amount_object(leaks->possible));
    json_put(&object, "reachable", amount_object(leaks->reached));
    json_put(&object, "inherited", amount_object(leaks->inherited));
    json_put(&object, "call_sites", leak_array(leaks));
    return json_end(&object);
}

json_t *format_leaks_sum_json(const struct outcome *outcome)
{
    if (!outcome->leaks_asked)
        return json_null();
    struct json_object object = json_begin();
    json_put(&object, "known", json_boolean(outcome_leaks_known(outcome)));
    json_put(&object, "lost", amount_object(outcome_lost(outcome)));
    return json_end(&object);
}
