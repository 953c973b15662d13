/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over the files that the command reads: the first byte of the input says which reader
 * gets the rest. Whatever is in them, a reader says one line at most and gives up, or has taken it.
 */
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

static void read_journal(void)
{
    struct journal journal;
    struct findings findings;
    const struct findings_style style = {.verbose = true};
    if (!journal_read(&journal, path))
        return;
    if (findings_make(&findings, &journal)) {
        for (size_t i = 0; i < findings.count; i++)
            REQUIRE(findings_of(&findings, findings.list[i].record) == &findings.list[i]);
        format_findings_text(nowhere, &findings, &journal, &style);
        format_findings_json(nowhere, &findings, &journal);
        format_findings_junit(nowhere, &findings, &journal);
        format_findings_tap(nowhere, &findings, &journal);
        format_findings_sarif(nowhere, &findings, &journal);
    }
    findings_free(&findings);
    for (size_t i = 0; i < journal.count; i++)
        REQUIRE(journal_find(&journal, journal.records[i].plan) == &journal.records[i]);
    journal_close(&journal);
}

/* Of one finding, which the list may know. */
static void read_list(bool (*read)(struct findings *, const char *))
{
    struct journal_record record = {.plan = (char *)"nth=1",
                                    .reaction = REACTION_CRASHED,
                                    .place = (char *)"f (a.c:1)",
                                    .key = (char *)"crash:f@a.c",
                                    .origin = (char *)"g"};
    struct journal journal = {.records = &record, .count = 1};
    struct findings findings;
    REQUIRE(findings_make(&findings, &journal));
    read(&findings, path);
    findings_free(&findings);
}

static void read_budget(void)
{
    struct budget_file file;
    char *const argv[] = {(char *)"sort", NULL};
    budget_file_open(&file, path, argv, false);
    budget_file_close(&file);
}

static void read_timeline(void)
{
    struct plot_data data;
    const struct plot_text_style style = {.width = 80};
    FILE *file = fopen(path, "r");
    if (plot_read(file, "timeline", &data)) {
        plot_text(nowhere, &data, &style);
        plot_data_free(&data);
    }
    fclose(file);
}

static void read_sites(void)
{
    struct site_index index;
    json_t *json = json_load_file(path, 0, NULL);
    const json_t *objects;
    char name[SITE_NAME];
    if (json != NULL && site_index_read(&index, json, 0)) {
        for (const struct indexed_site *site = index.sites; site != NULL; site = site->hh.next) {
            struct source_locations *locations = source_locations_open();
            struct source_location place;
            struct string_list stack = {NULL, 0};
            REQUIRE(site_index_find(&index, site->name) == site);
            site_index_innermost(site, name);
            source_locations_find(locations, site->objects, site->frames, &stack, &place);
            source_location_free(&place);
            string_list_free(&stack);
            source_locations_close(locations);
        }
        site_index_crash(&index, 0, SIGSEGV, &objects);
        site_index_free(&index);
    }
    json_decref(json);
}

static void read_one(unsigned which)
{
    switch (which) {
    case 0: read_journal(); break;
    case 1: read_list(findings_baseline); break;
    case 2: read_list(findings_suppress); break;
    case 3: read_budget(); break;
    case 4: read_timeline(); break;
    default: read_sites(); break;
    }
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
    enum { READERS = 6 };
    if (size == 0)
        return 0;
    REQUIRE(ftruncate(input, 0) == 0 && ftruncate(said, 0) == 0 && lseek(said, 0, SEEK_SET) == 0);
    REQUIRE(pwrite(input, data + 1, size - 1, 0) == (ssize_t)size - 1);
    int before = dup(2);
    dup2(said, 2);
    read_one(data[0] % READERS);
    dup2(before, 2);
    close(before);
    check_said();
    return 0;
}
