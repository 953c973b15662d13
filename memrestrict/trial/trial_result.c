/* SPDX-License-Identifier: MIT */
#include "trial/trial_result.h"

#include "base/file_kind.h"
#include "base/json_read.h"
#include "base/lines.h"
#include "base/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { LONGEST = 16 << 20 }; /* of a line */

char *trial_path(const struct trial *trial, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", trial->folder, name) > 0 ? path : NULL;
}

static json_t *load(const struct trial *trial, const char *name)
{
    char *path = trial_path(trial, name);
    json_t *json = path != NULL ? json_read_left(path) : NULL;
    free(path);
    return json;
}

static void fail(struct trial *trial, const char *trouble)
{
    trial->end = TRIAL_FAILED;
    free(trial->trouble);
    trial->trouble = strdup(trouble != NULL ? trouble : "memrestrict run ended without a result");
}

/* The last line that is memrestrict's own. */
static char *complaint(const struct trial *trial)
{
    static const char own[] = "memrestrict: ";
    char *path = trial_path(trial, "stderr"), *last = NULL;
    struct lines lines = {.file = path != NULL ? file_open_plain(path) : NULL, .most = LONGEST};
    while (lines.file != NULL && lines_next(&lines))
        if (strncmp(lines.text, own, strlen(own)) == 0) {
            lines.text[strcspn(lines.text, "\n")] = '\0';
            free(last);
            last = strdup(lines.text + strlen(own));
        }
    if (lines.file != NULL)
        fclose(lines.file);
    lines_end(&lines);
    free(path);
    return last;
}

static void read_end(struct trial *trial)
{
    const json_t *outcome = trial->outcome, *signal = json_object_get(outcome, "signal");
    const json_t *status = json_object_get(outcome, "exit_status");
    if (json_is_true(json_object_get(outcome, "timed_out"))) {
        trial->end = TRIAL_TIMED_OUT;
    } else if (json_is_integer(status)) {
        trial->end = TRIAL_EXITED;
        trial->status = (int)json_integer_value(status);
    } else {
        trial->end = TRIAL_KILLED;
        trial->status = (int)json_integer_value(json_object_get(signal, "number"));
    }
    trial->time = (uint64_t)json_integer_value(json_object_get(outcome, "duration_ns"));
}

/* False: they are not there. */
static bool read_sites(struct trial *trial, const struct trial_program *program)
{
    if (program->depth == 0)
        return true;
    trial->sites = load(trial, "sites.json");
    if (!program->records)
        return trial->sites != NULL;
    char *path = trial_path(trial, "sites.records");
    const json_t *processes = json_object_get(trial->sites, "processes");
    trial->records = path != NULL ? site_records_read(path, json_array_size(processes)) : NULL;
    free(path);
    return trial->sites != NULL && trial->records != NULL;
}

void trial_read(struct trial *trial, int status, const struct trial_program *program)
{
    trial->outcome = load(trial, "outcome.json");
    bool sites = read_sites(trial, program);
    if (trial->outcome != NULL && json_is_integer(json_object_get(trial->outcome, "pid"))) {
        read_end(trial);
        if (!sites)
            fail(trial, "memrestrict run has told no call sites");
        return;
    }
    char *trouble = complaint(trial);
    fail(trial, trouble);
    free(trouble);
    trial->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OURS;
}
