/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include <ftw.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/memrestrict-formats-XXXXXX";

struct sample *sample_make(void)
{
    struct sample *sample = calloc(1, sizeof *sample);
    sample->argv[0] = "/usr/bin/sort";
    sample->argv[1] = "big.txt";
    sample->outcome = (struct outcome){
        .argv = sample->argv,
        .name = "sort",
        .pid = 4242,
        .exited = true,
        .status = 2,
        .began = 1000 * MS,
        .ended = 3500 * MS,
        .limit = 64 * MIB,
        .tree_limit = OUTCOME_UNLIMITED,
        .processes = sample->processes,
        .warnings = sample->warnings,
    };
    struct process *process = sample_add(sample, 4242, "sort");
    process->status = 2;
    process->peak = process->used = 66500000;
    process->refusals = 3;
    process->first =
        (struct refusal){"malloc", MIB, 66500000, 64 * MIB, false, 2000 * MS, LIMIT_OF_RUN};
    return sample;
}

struct process *sample_add(struct sample *sample, int pid, const char *program)
{
    struct process *process = &sample->processes[sample->outcome.process_count++];
    *process = (struct process){
        .pid = pid,
        .parent = 4242,
        .program = strdup(program),
        .began = 1001 * MS,
        .ended = 3500 * MS,
        .end = PROCESS_EXITED,
        .limit = 64 * MIB,
        .used = 1000,
        .peak = MIB,
    };
    return process;
}

char *written(bool (*write)(FILE *, const struct outcome *), const struct outcome *outcome)
{
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    ck_assert(write(file, outcome));
    fclose(file);
    return text;
}

char *contents(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "no %s", path);
    if (getdelim(&text, &size, '\0', file) < 0)
        text = strdup("");
    fclose(file);
    return text;
}

const char *scratch(const char *name)
{
    static char paths[4][300];
    static unsigned which;
    char *path = paths[which++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

bool shell(const char *format, ...)
{
    char command[2000];
    int length = snprintf(command, sizeof command, "cd %s && ", folder);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command + length, sizeof command - (size_t)length, format, arguments);
    va_end(arguments);
    return system(command) == 0;
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(NULL);
    SUITES(HARNESS_ADD)
    int status = harness_run_all(runner);
    nftw(folder, take_away, 8, FTW_DEPTH | FTW_PHYS);
    return status;
}
