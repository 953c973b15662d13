/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include "shell.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

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
    char *line = NULL;
    size_t size;
    FILE *memory = open_memstream(&line, &size);
    if (memory == NULL)
        return NULL;
    write_options(memory, replay);
    fputs(" --", memory);
    write_program(memory, replay);
    write_input(memory, replay);
    fclose(memory);
    return line;
}

/* gdb's command that starts the program. */
static char *run_command(const struct replay *replay)
{
    char *command = NULL;
    size_t size;
    FILE *memory = open_memstream(&command, &size);
    if (memory == NULL)
        return NULL;
    fputs("run", memory);
    write_input(memory, replay);
    fclose(memory);
    return command;
}

char *replay_in_debugger(const struct replay *replay)
{
    char *line = NULL, *run = run_command(replay);
    size_t size;
    FILE *memory = run != NULL ? open_memstream(&line, &size) : NULL;
    if (memory != NULL) {
        write_options(memory, replay);
        fputs(" --program=", memory);
        shell_word(memory, words_last_part(replay->words[0]));
        fputs(" -- gdb -ex ", memory);
        shell_word(memory, run);
        fputs(" --args", memory);
        write_program(memory, replay);
        fclose(memory);
    }
    free(run);
    return line;
}
