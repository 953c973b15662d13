/* SPDX-License-Identifier: MIT */
#include "sweep/finding_words.h"
#include "sweep/format_findings.h"
#include "base/json_text.h"
#include "base/json_write.h"

#include <stdlib.h>

static json_t *string_of(char *text)
{
    json_t *json = text != NULL ? json_string(text) : NULL;
    free(text);
    return json;
}

static json_t *finding_object(const struct finding *finding, const struct journal *journal)
{
    const struct journal_record *record = finding->record;
    json_t *object = journal_record_to_json(record);
    json_t *more = json_pack("{so so so sI sb sb}", "message", string_of(finding_sentence(record)),
                             "replay", string_of(finding_replay(&journal->head, record)), "debug",
                             string_of(finding_debug(&journal->head, record)), "trials",
                             (json_int_t)finding->trials, "known", finding->known, "suppressed",
                             finding->suppressed);
    bool joined = object != NULL && more != NULL && json_object_update(object, more) == 0;
    json_decref(more);
    if (joined)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *finding_array(const struct findings *findings, const struct journal *journal)
{
    json_t *array = json_array();
    bool made = array != NULL;
    for (size_t i = 0; i < findings->count && made; i++)
        made = json_array_append_new(array, finding_object(&findings->list[i], journal)) == 0;
    if (made)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *trial_array(const struct journal *journal)
{
    json_t *array = json_array();
    bool made = array != NULL;
    for (size_t i = 0; i < journal->count && made; i++)
        made = json_array_append_new(array, journal_record_to_json(&journal->records[i])) == 0;
    if (made)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *count_object(const struct findings *findings)
{
    json_t *object = json_object();
    for (int i = 0; i < REACTIONS; i++)
        json_object_set_new(object, reaction_name((enum reaction)i),
                            json_integer((json_int_t)findings->trials[i]));
    return object;
}

bool format_findings_json(FILE *file, const struct findings *findings,
                          const struct journal *journal)
{
    const struct sweep_head *head = &journal->head;
    json_t *json =
        json_pack("{ss si so sI sb sI so so so so}", "schema", "memrestrict-sweep", "version", 1,
                  "argv", string_list_to_json(&head->argv), "sites", (json_int_t)head->sites,
                  "finished", journal->finished, "time_ns", (json_int_t)journal->time, "notes",
                  string_list_to_json(&head->notes), "counts", count_object(findings), "findings",
                  finding_array(findings, journal), "trials", trial_array(journal));
    if (json == NULL || !json_texts_add_bytes(json, "argv", head->argv.words, head->argv.count)) {
        json_decref(json);
        json = NULL;
    }
    return json_write(file, json);
}
