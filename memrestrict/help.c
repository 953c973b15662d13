/* SPDX-License-Identifier: MIT
 *
 * memrestrict help: the options, or the library's settings in the environment.
 */

#include "commands.h"
#include "common/config.h"
#include "run/options.h"
#include "base/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_settings(void)
{
    puts("The library reads these variables when a program starts. 'memrestrict run' sets those "
         "that its\n"
         "options name, and leaves the others as they are.\n");
    for (const struct setting *row = config_settings; row->name != NULL; row++)
        printf("  %s\n        %s\n        accepted: %s\n", row->name, row->help, row->accepted);
    return EXIT_SUCCESS;
}

void help_write_commands(FILE *file)
{
    fputs("\n\nSubcommands:", file);
    for (const struct command *row = commands; row->name != NULL; row++)
        fprintf(file, "\n  %s %-*s  %s", row->name, (int)(33 - strlen(row->name)), row->arguments,
                row->help);
}

int help_main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "env") == 0)
        return print_settings();
    const struct command *command = argc == 2 ? command_find(argv[1]) : NULL;
    if (command != NULL && command->main != help_main)
        return command->main(2, (char *[]){argv[1], (char *)"--help", NULL});
    if (argc > 1 && command == NULL)
        return message_usage("help: there is none on '%s'; accepted: nothing, env, or a subcommand",
                             argc == 2 ? argv[1] : argv[2]);
    options_print_help();
    return EXIT_SUCCESS;
}
