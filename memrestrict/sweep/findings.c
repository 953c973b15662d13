/* SPDX-License-Identifier: MIT */
#include "sweep/findings.h"

#include "base/file_kind.h"
#include "base/hash.h"
#include "base/output.h"
#include "base/message.h"
#include "base/suppressions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_finding(const struct journal_record *record)
{
    return reaction_is_wrong(record->reaction);
}

/* A finding by what it is: its outcome, key and place. */
struct finding_name {
    char *words;
    size_t index;
    UT_hash_handle hh;
};

/* NULL: no memory. */
static char *words_of(const struct journal_record *record)
{
    char *words;
    return asprintf(&words, "%d %s\n%s", (int)record->reaction, record->key, record->place) > 0
               ? words
               : NULL;
}

static struct finding_name *name_of(const struct findings *findings,
                                    const struct journal_record *record)
{
    struct finding_name *name = NULL;
    char *words = words_of(record);
    if (words != NULL)
        HASH_FIND_STR(findings->names, words, name);
    free(words);
    return name;
}

/* A crash after another may be another; a leak after a leak is the same, whatever fails then. */
static bool is_repeated(const struct journal_record *record)
{
    return is_finding(record) && record->reaction < REACTION_CRASHED;
}

const struct journal_record *findings_cause(const struct findings *findings,
                                            const struct journal_record *record)
{
    const char *last;
    while (is_repeated(record) && (last = strrchr(record->plan, ';')) != NULL) {
        char *plan = strndup(record->plan, (size_t)(last - record->plan));
        const struct journal_record *before =
            plan != NULL ? journal_find(findings->journal, plan) : NULL;
        free(plan);
        if (before == NULL || before->reaction != record->reaction)
            break;
        record = before;
    }
    return record;
}

const struct finding *findings_of(const struct findings *findings,
                                  const struct journal_record *record)
{
    const struct finding_name *name = name_of(findings, findings_cause(findings, record));
    return name != NULL ? &findings->list[name->index] : NULL;
}

static bool make_name(struct findings *findings, const struct journal_record *record)
{
    struct finding_name *name = calloc(1, sizeof *name);
    if (name != NULL && (name->words = words_of(record)) != NULL) {
        name->index = findings->count;
        HASH_ADD_KEYPTR(hh, findings->names, name->words, strlen(name->words), name);
        if (HASH_ADDED(name))
            return true;
        free(name->words);
    }
    free(name);
    return false;
}

static unsigned faults_in(const char *plan)
{
    unsigned faults = 1;
    for (; *plan != '\0'; plan++)
        faults += *plan == ';';
    return faults;
}

static unsigned persistence(const char *plan)
{
    return strstr(plan, ",rest") != NULL ? 2 : strstr(plan, ",keep") != NULL ? 1 : 0;
}

/* Fewer faults first, then one that fails once before one that goes on failing. */
static bool is_simpler(const char *plan, const char *other)
{
    unsigned faults = faults_in(plan), others = faults_in(other);
    unsigned lasts = persistence(plan), other_lasts = persistence(other);
    if (faults != others)
        return faults < others;
    return lasts != other_lasts ? lasts < other_lasts : strcmp(plan, other) < 0;
}

static bool add(struct findings *findings, const struct journal_record *record)
{
    struct finding *finding = (struct finding *)findings_of(findings, record);
    if (finding != NULL) {
        finding->trials++;
        if (is_simpler(record->plan, finding->record->plan))
            finding->record = record;
        return true;
    }
    struct finding *grown =
        reallocarray(findings->list, findings->count + 1, sizeof *findings->list);
    if (grown == NULL)
        return false;
    findings->list = grown;
    record = findings_cause(findings, record);
    if (!make_name(findings, record))
        return false;
    findings->list[findings->count++] = (struct finding){.record = record, .trials = 1};
    return true;
}

/* An error that is swallowed is worse where nobody is told of it. */
static bool says_nothing(const struct journal_record *record)
{
    return record->reaction == REACTION_SWALLOWED &&
           (record->detail == NULL || *record->detail == '\0');
}

static int by_rank(const void *one, const void *other)
{
    const struct finding *a = one, *b = other;
    if (a->record->reaction != b->record->reaction)
        return a->record->reaction < b->record->reaction ? 1 : -1;
    bool a_silent = says_nothing(a->record), b_silent = says_nothing(b->record);
    if (a_silent != b_silent)
        return a_silent ? -1 : 1;
    if (a->trials != b->trials)
        return a->trials < b->trials ? 1 : -1;
    int locations = strcmp(a->record->place, b->record->place);
    return locations != 0 ? locations : strcmp(a->record->plan, b->record->plan);
}

bool findings_make(struct findings *findings, const struct journal *journal)
{
    bool done = true;
    *findings = (struct findings){.journal = journal};
    for (size_t i = 0; i < journal->count && done; i++) {
        const struct journal_record *record = &journal->records[i];
        findings->trials[record->reaction]++;
        done = !is_finding(record) || add(findings, record);
    }
    if (findings->count > 0)
        qsort(findings->list, findings->count, sizeof *findings->list, by_rank);
    for (size_t i = 0; i < findings->count && done; i++) {
        struct finding_name *name = name_of(findings, findings->list[i].record);
        done = name != NULL;
        if (done)
            name->index = i;
    }
    return done;
}

void findings_free(struct findings *findings)
{
    struct finding_name *name, *next;
    HASH_ITER (hh, findings->names, name, next) {
        HASH_DEL(findings->names, name);
        free(name->words);
        free(name);
    }
    free(findings->by_key);
    free(findings->list);
    *findings = (struct findings){.list = NULL};
}

/* What stands behind the outcome. NULL: there is no outcome before it. */
static const char *after_outcome(const char *word, enum reaction *reaction)
{
    char name[16];
    const char *colon = strchr(word, ':');
    if (colon == NULL || colon - word >= (long)sizeof name || colon[1] == '\0')
        return NULL;
    memcpy(name, word, (size_t)(colon - word));
    name[colon - word] = '\0';
    return reaction_of(name, reaction) && reaction_is_wrong(*reaction) ? colon + 1 : NULL;
}

static int in_order_of_keys(const void *one, const void *other)
{
    const struct finding *const *a = one, *const *b = other;
    return strcmp((*a)->record->key, (*b)->record->key);
}

static bool sort_by_key(struct findings *findings)
{
    if (findings->by_key == NULL)
        findings->by_key = calloc(findings->count + 1, sizeof(struct finding *));
    if (findings->by_key == NULL) {
        message("%s", strerror(ENOMEM));
        return false;
    }
    for (size_t i = 0; i < findings->count; i++)
        findings->by_key[i] = &findings->list[i];
    qsort(findings->by_key, findings->count, sizeof(struct finding *), in_order_of_keys);
    return true;
}

/* In that order, the first whose key is not before the word. */
static size_t first_of(const struct findings *findings, const char *word)
{
    size_t low = 0, high = findings->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(findings->by_key[middle]->record->key, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool take_known(void *context, const char *word)
{
    struct findings *findings = context;
    enum reaction reaction;
    if (after_outcome(word, &reaction) == NULL)
        return false;
    for (size_t i = first_of(findings, word);
         i < findings->count && strcmp(findings->by_key[i]->record->key, word) == 0; i++)
        findings->by_key[i]->known = true;
    return true;
}

/* OUTCOME:GLOB or *:GLOB, over the place of the finding; without an @ in it, over the functions of
 * its stacks as well. */
static bool take_suppression(void *context, const char *word)
{
    struct findings *findings = context;
    enum reaction reaction = REACTION_UNREACHED;
    const char *pattern = strncmp(word, "*:", 2) == 0 ? word + 2 : after_outcome(word, &reaction);
    if (pattern == NULL || *pattern == '\0')
        return false;
    for (size_t i = 0; i < findings->count; i++) {
        const struct journal_record *record = findings->list[i].record;
        const char *place = strchr(record->key, ':') + 1;
        bool is_meant = reaction == REACTION_UNREACHED || reaction == record->reaction;
        findings->list[i].suppressed |=
            is_meant && (suppressions_fit(pattern, place, &record->stack) ||
                         suppressions_fit(pattern, place, &record->caller));
    }
    return true;
}

static bool read_from(struct findings *findings, const char *option, const char *path,
                      suppressions_take *take)
{
    return suppressions_each(option, path, take, findings,
                             "OUTCOME:FUNCTION@FILE, such as crash:parse_line@conf.c, with an "
                             "outcome of abort, leak, swallowed, hang, crash, corruption");
}

bool findings_baseline(struct findings *findings, const char *path)
{
    bool absent = access(path, F_OK) != 0 && errno == ENOENT;
    return absent || (sort_by_key(findings) && read_from(findings, "baseline", path, take_known));
}

bool findings_suppress(struct findings *findings, const char *path)
{
    return read_from(findings, "suppress", path, take_suppression);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* False: no memory. */
static bool write_keys(FILE *file, const void *what)
{
    const struct findings *findings = what;
    const char **keys = calloc(findings->count + 1, sizeof *keys);
    size_t count = 0;
    if (keys == NULL)
        return false;
    for (size_t i = 0; i < findings->count; i++)
        if (!findings->list[i].suppressed)
            keys[count++] = findings->list[i].record->key;
    qsort(keys, count, sizeof *keys, by_text);
    fputs("# Findings of memrestrict sweep that are known: OUTCOME:FUNCTION@FILE\n", file);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(keys[i], keys[i - 1]) != 0)
            fprintf(file, "%s\n", keys[i]);
    free(keys);
    return true;
}

bool findings_write_baseline(const struct findings *findings, const char *path)
{
    struct output output;
    if (!file_is_plain(path)) {
        message("--baseline: %s: cannot write: this is no regular file", path);
        return false;
    }
    return output_open_replaced(&output, "baseline", path) &&
           output_write(&output, write_keys, findings);
}

bool finding_counts(const struct finding *finding)
{
    return !finding->known && !finding->suppressed;
}

enum reaction findings_worst(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (finding_counts(&findings->list[i]))
            return findings->list[i].record->reaction;
    return REACTION_UNREACHED;
}
