/* SPDX-License-Identifier: MIT */
#include "sweep/journal_record.h"

#include "base/json_text.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *meaning;
} reactions[REACTIONS] = {
    [REACTION_UNREACHED] = {"unreached", "was not met this time"},
    [REACTION_TOLERATED] = {"tolerated", "gives the same result"},
    [REACTION_HANDLED] = {"handled", "fails in its own words"},
    [REACTION_ABORTED] = {"abort", "ends itself by a signal"},
    [REACTION_LEAKED] = {"leak", "ends well, but leaves more memory behind"},
    [REACTION_SWALLOWED] = {"swallowed",
                            "exits with status 0, but prints or writes something else"},
    [REACTION_HUNG] = {"hang", "does not end"},
    [REACTION_CRASHED] = {"crash", "is killed by a signal"},
    [REACTION_CORRUPTED] = {"corruption", "frees what is not its own, or breaks the heap"},
};

const char *reaction_name(enum reaction reaction) { return reactions[reaction].name; }

const char *reaction_meaning(enum reaction reaction) { return reactions[reaction].meaning; }

bool reaction_of(const char *name, enum reaction *reaction)
{
    for (int i = 0; i < REACTIONS; i++)
        if (strcmp(name, reactions[i].name) == 0) {
            *reaction = (enum reaction)i;
            return true;
        }
    return false;
}

void journal_record_free(struct journal_record *record)
{
    free(record->plan);
    free(record->site);
    free(record->call);
    free(record->place);
    free(record->key);
    free(record->file);
    free(record->object);
    free(record->object_path);
    free(record->origin);
    free(record->kept);
    free(record->detail);
    string_list_free(&record->stack);
    string_list_free(&record->caller);
    string_list_free(&record->met);
    string_list_free(&record->command);
    string_list_free(&record->files);
    *record = (struct journal_record){.plan = NULL};
}

json_t *journal_record_to_json(const struct journal_record *record)
{
    json_t *json = json_pack(
        "{ss ss ss? sI ss si si sI ss ss ss? si ss? ss? ss so so so so so so ss?}", "plan",
        record->plan, "site", record->site, "call", record->call, "size_bytes",
        (json_int_t)record->size, "outcome", reaction_name(record->reaction), "exit_status",
        record->status, "signal", record->signal, "time_ns", (json_int_t)record->time, "place",
        record->place, "key", record->key, "file", record->file, "line", record->line, "object",
        record->object, "object_path", record->object_path, "origin", record->origin, "stack",
        string_list_to_json(&record->stack), "caller", string_list_to_json(&record->caller), "met",
        string_list_to_json(&record->met), "command", string_list_to_json(&record->command),
        "files", string_list_to_json(&record->files), "kept", json_text(record->kept), "detail",
        record->detail);
    if (json != NULL && json_text_add_bytes(json, "kept", record->kept) &&
        json_texts_add_bytes(json, "command", record->command.words, record->command.count))
        return json;
    json_decref(json);
    return NULL;
}

char *journal_record_text(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text != NULL ? text_safe_string(text) : NULL;
}

static char *lines_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text != NULL ? text_safe_lines(text) : NULL;
}

bool journal_record_from_json(const json_t *json, struct journal_record *record)
{
    const char *outcome = json_string_value(json_object_get(json, "outcome"));
    *record = (struct journal_record){
        .plan = journal_record_text(json, "plan"),
        .site = journal_record_text(json, "site"),
        .call = journal_record_text(json, "call"),
        .size = (uint64_t)json_integer_value(json_object_get(json, "size_bytes")),
        .status = (int)json_integer_value(json_object_get(json, "exit_status")),
        .signal = (int)json_integer_value(json_object_get(json, "signal")),
        .time = (uint64_t)json_integer_value(json_object_get(json, "time_ns")),
        .place = journal_record_text(json, "place"),
        .key = journal_record_text(json, "key"),
        .file = journal_record_text(json, "file"),
        .line = (int)json_integer_value(json_object_get(json, "line")),
        .object = journal_record_text(json, "object"),
        .object_path = journal_record_text(json, "object_path"),
        .origin = journal_record_text(json, "origin"),
        .kept = json_text_get(json, "kept"),
        .detail = lines_of(json, "detail"),
    };
    bool whole = record->plan != NULL && record->site != NULL && record->place != NULL &&
                 record->key != NULL && strchr(record->key, ':') != NULL &&
                 record->origin != NULL && outcome != NULL &&
                 reaction_of(outcome, &record->reaction) &&
                 string_list_get_safe(json, "stack", &record->stack) &&
                 string_list_get_safe(json, "caller", &record->caller) &&
                 string_list_get_safe(json, "met", &record->met) &&
                 (!json_is_array(json_object_get(json, "command")) ||
                  string_list_get(json, "command", &record->command)) &&
                 (!json_is_array(json_object_get(json, "files")) ||
                  string_list_get_safe(json, "files", &record->files));
    if (!whole)
        journal_record_free(record);
    return whole;
}
