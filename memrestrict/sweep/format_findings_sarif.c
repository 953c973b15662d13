/* SPDX-License-Identifier: MIT */
#include "sweep/finding_words.h"
#include "sweep/format_findings.h"
#include "base/json_write.h"
#include "base/string_file.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *rule_array(void)
{
    json_t *rules = json_array();
    for (int i = REACTION_HANDLED + 1; i < REACTIONS; i++) {
        enum reaction reaction = (enum reaction)i;
        json_array_append_new(rules, json_pack("{ss s{ss++}}", "id", reaction_name(reaction),
                                               "shortDescription", "text",
                                               "After a failed allocation the program ",
                                               reaction_meaning(reaction), "."));
    }
    return rules;
}

static const char *level_of(enum reaction reaction)
{
    return reaction >= REACTION_SWALLOWED ? "error" : "warning";
}

/* The part of a path below the folder that we are in, where code scanning looks for sources; else
 * the path. */
static const char *below_here(const char *path)
{
    char here[PATH_MAX];
    size_t length = getcwd(here, sizeof here) != NULL ? strlen(here) : 0;
    return length > 1 && strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1
                                                                                 : path;
}

/* As a URI (RFC 3986); the caller frees it. NULL: no memory. */
static char *uri_of(const char *path)
{
    struct string_file uri;
    FILE *memory = string_file_open(&uri);
    if (memory == NULL)
        return NULL;
    path = below_here(path);
    fputs(*path == '/' ? "file://" : "", memory);
    for (; *path != '\0'; path++)
        if (isalnum((unsigned char)*path) || strchr("/-._~", *path) != NULL)
            fputc(*path, memory);
        else
            fprintf(memory, "%%%02X", (unsigned)(unsigned char)*path);
    return string_file_close(&uri);
}

/* Where no file is known, the function is all that there is. */
static json_t *location_of(const struct journal_record *record)
{
    json_t *location =
        json_pack("{s[{ss}]}", "logicalLocations", "fullyQualifiedName", record->place);
    char *uri = record->file != NULL && record->line > 0 ? uri_of(record->file) : NULL;
    if (location != NULL && uri != NULL)
        json_object_set_new(location, "physicalLocation",
                            json_pack("{s{ss} s{si}}", "artifactLocation", "uri", uri, "region",
                                      "startLine", record->line));
    free(uri);
    return location;
}

static json_t *result_of(const struct finding *finding, const struct journal *journal)
{
    const struct journal_record *record = finding->record;
    char *sentence = finding_sentence(record), *replay = finding_replay(&journal->head, record);
    json_t *result = NULL;
    if (sentence != NULL && replay != NULL)
        result = json_pack(
            "{ss ss s{ss++} s[o] s{ss} s{ss sI} ss}", "ruleId", reaction_name(record->reaction),
            "level", level_of(record->reaction), "message", "text", sentence, "\nReplay: ", replay,
            "locations", location_of(record), "partialFingerprints", "memrestrict/v1", record->key,
            "properties", "replay", replay, "trials", (json_int_t)finding->trials, "baselineState",
            finding->known ? "unchanged" : "new");
    if (result != NULL && finding->suppressed)
        json_object_set_new(result, "suppressions", json_pack("[{ss}]", "kind", "external"));
    free(sentence);
    free(replay);
    return result;
}

static json_t *result_array(const struct findings *findings, const struct journal *journal)
{
    json_t *results = json_array();
    bool made = results != NULL;
    for (size_t i = 0; i < findings->count && made; i++)
        made = json_array_append_new(results, result_of(&findings->list[i], journal)) == 0;
    if (made)
        return results;
    json_decref(results);
    return NULL;
}

bool format_findings_sarif(FILE *file, const struct findings *findings,
                           const struct journal *journal)
{
    json_t *json =
        json_pack("{ss ss s[{s{s{ss ss so}} s[{sb}] so}]}", "$schema",
                  "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
                  "tool", "driver", "name", "memrestrict", "version", MEMRESTRICT_VERSION, "rules",
                  rule_array(), "invocations", "executionSuccessful", journal->finished, "results",
                  result_array(findings, journal));
    return json_write(file, json);
}
