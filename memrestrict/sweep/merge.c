/* SPDX-License-Identifier: MIT */
#include "sweep/bug_reports.h"
#include "sweep/merge.h"

#include "base/message.h"
#include "sweep/sweep_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which of N shards there are. */
struct shards {
    unsigned count;
    bool *there;
};

static bool note_shard(struct shards *shards, const char *words)
{
    unsigned index, count;
    if (words == NULL)
        return true; /* all of it */
    if (sscanf(words, "%u/%u", &index, &count) != 2 || index == 0 || index > count ||
        count > SWEEP_MOST_SHARDS) {
        message("merge: '%.60s': no shard of a sweep; accepted: I/N", words);
        return false;
    }
    if (shards->there == NULL) {
        shards->count = count;
        shards->there = calloc(count, sizeof *shards->there);
    }
    if (shards->there == NULL || shards->count != count) {
        message(shards->there == NULL ? "no memory"
                                      : "these are shards of different divisions; "
                                        "accepted: 1/N to N/N of one N");
        return false;
    }
    shards->there[index - 1] = true;
    return true;
}

/* Said, and in the reports: a shard that is missing must not look like a clean one. */
static bool note_missing(struct journal *journal, const struct shards *shards)
{
    bool whole = true, done = true;
    for (unsigned i = 0; i < shards->count; i++) {
        char words[64];
        if (shards->there[i])
            continue;
        whole = false;
        snprintf(words, sizeof words, "shard %u/%u is missing", i + 1, shards->count);
        message("merge: %s", words);
        done = string_list_add(&journal->head.notes, words) && done;
    }
    journal->finished &= whole;
    return done;
}

static bool read_all(struct journal *journal, char **files, int count, struct shards *shards)
{
    bool good = journal_read(journal, files[0]) && note_shard(shards, journal->head.shard);
    for (int i = 1; i < count && good; i++) {
        struct journal part;
        good = journal_read(&part, files[i]) && note_shard(shards, part.head.shard) &&
               journal_merge(journal, &part);
    }
    return good && note_missing(journal, shards);
}

int merge_main(int argc, char **argv)
{
    struct findings_options options;
    struct sweep_reports reports;
    struct shards shards = {0, NULL};
    struct journal journal = {.path = NULL};
    char **files;
    int count, status;
    if (!merge_options_read(argc, argv, &options, &files, &count, &status))
        return status;
    if (!bug_reports_open(options.bug_reports) || !sweep_reports_open(&reports, &options))
        return EXIT_OURS;
    status = EXIT_OURS;
    if (read_all(&journal, files, count, &shards))
        status = sweep_end(&journal, &options, &reports);
    if (status == EXIT_SUCCESS && !journal.finished) {
        message("merge: the sweep is not whole");
        status = 1;
    }
    sweep_reports_undo(&reports);
    journal_close(&journal);
    free(shards.there);
    return status;
}
