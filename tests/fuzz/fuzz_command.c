/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over the files that the command reads: the first byte of the input says which reader
 * gets the rest. Whatever is in them, a reader says one line at most and gives up, or has taken it.
 * With FUZZ_TAKEN in the environment, it must have taken it: so seeds show that each is reached.
 */
#include "mutate_json.h"

#include "judge/policy.h"
#include "min/budget_file.h"
#include "sites/source_location.h"
#include "sweep/findings.h"
#include "sweep/format_findings.h"
#include "sweep/journal.h"
#include "sweep/site_index.h"
#include "timeline/plot_read.h"
#include "timeline/plot_text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

enum reader { JOURNAL, BASELINE, SUPPRESSIONS, BUDGETS, TIMELINE, SITES, POLICY, READERS };

static FILE *nowhere;
static int said; /* what message.c writes to descriptor 2 */
static int input;
static char path[64];

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stdout, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    nowhere = fopen("/dev/null", "w");
    said = memfd_create("said", 0);
    input = memfd_create("input", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", input);
    return 0;
}

/* Each: true if the file was taken, and something in it was of use. */

static bool read_journal(void)
{
    struct journal journal;
    struct findings findings;
    const struct findings_style style = {.verbose = true};
    if (!journal_read(&journal, path))
        return false;
    if (findings_make(&findings, &journal)) {
        for (size_t i = 0; i < findings.count; i++)
            REQUIRE(findings_of(&findings, findings.list[i].record) == &findings.list[i]);
        format_findings_text(nowhere, &findings, &journal, &style);
        format_findings_json(nowhere, &findings, &journal);
        format_findings_junit(nowhere, &findings, &journal);
        format_findings_tap(nowhere, &findings, &journal);
        format_findings_sarif(nowhere, &findings, &journal);
    }
    bool found = findings.count > 0;
    findings_free(&findings);
    for (size_t i = 0; i < journal.count; i++)
        REQUIRE(journal_find(&journal, journal.records[i].plan) == &journal.records[i]);
    journal_close(&journal);
    return found;
}

/* Of one finding, which the list may know. */
static bool read_list(bool (*read)(struct findings *, const char *))
{
    struct journal_record record = {.plan = (char *)"nth=1",
                                    .reaction = REACTION_CRASHED,
                                    .place = (char *)"f (a.c:1)",
                                    .key = (char *)"crash:f@a.c",
                                    .origin = (char *)"g"};
    struct journal journal = {.records = &record, .count = 1};
    struct findings findings;
    REQUIRE(findings_make(&findings, &journal) && findings.count == 1);
    bool taken = read(&findings, path);
    bool meant = findings.list[0].known || findings.list[0].suppressed;
    findings_free(&findings);
    return taken && meant;
}

static bool read_budget(void)
{
    struct budget_file file;
    char *const argv[] = {(char *)"sort", NULL};
    bool taken = budget_file_open(&file, path, argv, false);
    budget_file_close(&file);
    return taken;
}

static bool read_timeline(void)
{
    struct plot_data data;
    const struct plot_text_style style = {.width = 80};
    FILE *file = fopen(path, "r");
    bool taken = plot_read(file, "timeline", &data);
    if (taken) {
        plot_text(nowhere, &data, &style);
        plot_data_free(&data);
    }
    fclose(file);
    return taken;
}

static void look_up(const struct site_index *index, const struct indexed_site *site)
{
    struct source_locations *locations = source_locations_open();
    struct source_location place;
    struct string_list stack = {NULL, 0};
    char name[SITE_NAME];
    REQUIRE(site_index_find(index, site->name) == site);
    site_index_innermost(site, name);
    source_locations_find(locations, site->objects, site->frames, &stack, &place);
    source_location_free(&place);
    string_list_free(&stack);
    source_locations_close(locations);
}

static bool read_sites(void)
{
    struct site_index index;
    json_t *json = json_load_file(path, 0, NULL);
    bool taken = json != NULL && site_index_read(&index, json, 0), crashed = false;
    if (taken) {
        for (const struct indexed_site *site = index.sites; site != NULL; site = site->hh.next)
            look_up(&index, site);
        crashed = site_index_crashed(&index, 0, SIGSEGV) != NULL;
        site_index_free(&index);
    }
    json_decref(json);
    return crashed;
}

static bool read_policy(void)
{
    struct policy policy;
    static const uint64_t args[6] = {0, 0, 4};
    bool taken = policy_load(&policy, path), own = false;
    if (taken) {
        own = policy_decide(&policy, "mmap", args) == &policy.otherwise;
        policy_free(&policy);
    }
    return own;
}

static bool read_one(enum reader which)
{
    switch (which) {
    case JOURNAL: return read_journal();
    case BASELINE: return read_list(findings_baseline);
    case SUPPRESSIONS: return read_list(findings_suppress);
    case BUDGETS: return read_budget();
    case TIMELINE: return read_timeline();
    case SITES: return read_sites();
    default: return read_policy();
    }
}

/* Seeds begin with a digit. */
static enum reader reader_of(uint8_t first)
{
    return (enum reader)((uint8_t)(first - '0') % READERS);
}

/* One line, with nothing in it that would steer a terminal. */
static void check_said(void)
{
    enum { ROOM = 16384 };
    static char text[ROOM];
    ssize_t length = pread(said, text, ROOM - 1, 0);
    for (ssize_t i = 0; i < length; i++)
        REQUIRE(text[i] == '\n' ? i == length - 1 : (unsigned char)text[i] >= 0x20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    REQUIRE(ftruncate(input, 0) == 0 && ftruncate(said, 0) == 0 && lseek(said, 0, SEEK_SET) == 0);
    REQUIRE(pwrite(input, data + 1, size - 1, 0) == (ssize_t)size - 1);
    int before = dup(2);
    dup2(said, 2);
    bool taken = read_one(reader_of(data[0]));
    dup2(before, 2);
    close(before);
    check_said();
    REQUIRE(taken || getenv("FUZZ_TAKEN") == NULL);
    return 0;
}

/* Mostly of one value, where there are any: of a journal, in one of its lines. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    enum { ROOM = 1 << 16 };
    static char line[ROOM];
    enum reader reader = size > 0 ? reader_of(data[0]) : READERS;
    if (seed % 4 == 0 || size < 2 || (reader != JOURNAL && reader != SITES))
        return LLVMFuzzerMutate(data, size, most);
    size_t from = 1, end = size, length;
    if (reader == JOURNAL) {
        const uint8_t *before = memrchr(data + 1, '\n', seed / 4 % (size - 1));
        from = before != NULL ? (size_t)(before - data) + 1 : 1;
        const uint8_t *after = memchr(data + from, '\n', size - from);
        end = after != NULL ? (size_t)(after - data) : size;
    }
    length = end - from;
    if (length > ROOM)
        return LLVMFuzzerMutate(data, size, most);
    memcpy(line, data + from, length);
    if (!mutate_json(line, &length, ROOM, seed / 16) || size - (end - from) + length > most)
        return LLVMFuzzerMutate(data, size, most);
    memmove(data + from + length, data + end, size - end);
    memcpy(data + from, line, length);
    return size - (end - from) + length;
}
