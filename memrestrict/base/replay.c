/* SPDX-License-Identifier: MIT */
#include "base/replay.h"

#include "base/text.h"
#include "base/shell.h"
#include "base/string_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_options(FILE *file, const struct replay *replay)
{
    fputs("memrestrict run", file);
    if (replay->fault != NULL) {
        fputs(" --fault=", file);
        shell_word(file, replay->fault);
    }
    if (*replay->options != '\0')
        fprintf(file, " %s", replay->options);
}

static void write_program(FILE *file, const struct replay *replay)
{
    for (size_t i = 0; i < replay->count; i++) {
        fputc(' ', file);
        shell_word(file, replay->words[i]);
    }
}

static void write_input(FILE *file, const struct replay *replay)
{
    if (replay->input == NULL)
        return;
    fputs(" <", file);
    shell_word(file, replay->input);
}

char *replay_line(const struct replay *replay)
{
    struct string_file line;
    FILE *file = string_file_open(&line);
    if (file == NULL)
        return NULL;
    write_options(file, replay);
    fputs(" --", file);
    write_program(file, replay);
    write_input(file, replay);
    return string_file_close(&line);
}

/* gdb's command that starts the program. */
static char *run_command(const struct replay *replay)
{
    struct string_file command;
    FILE *file = string_file_open(&command);
    if (file == NULL)
        return NULL;
    fputs("run", file);
    write_input(file, replay);
    return string_file_close(&command);
}

char *replay_in_debugger(const struct replay *replay)
{
    char *run = run_command(replay);
    struct string_file line;
    FILE *file = run != NULL ? string_file_open(&line) : NULL;
    if (file != NULL) {
        write_options(file, replay);
        if (strstr(replay->options, "--program=") == NULL) {
            fputs(" --program=", file);
            shell_word(file, text_last_part(replay->words[0]));
        }
        fputs(" -- gdb -ex ", file);
        shell_word(file, run);
        fputs(" --args", file);
        write_program(file, replay);
    }
    free(run);
    return file != NULL ? string_file_close(&line) : NULL;
}
