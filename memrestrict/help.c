/* SPDX-License-Identifier: MIT */
#include "help.h"

#include "config.h"
#include "options.h"
#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_settings(void)
{
    puts("The library reads these variables when a program starts. `memrestrict run' sets those "
         "that its\n"
         "options name, and leaves the others as they are.\n");
    for (const struct setting *row = config_settings; row->name != NULL; row++)
        printf("  %s\n        %s\n        accepted: %s\n", row->name, row->help, row->accepted);
    return EXIT_SUCCESS;
}

int help_main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "env") == 0)
        return print_settings();
    if (argc > 1)
        return say_usage("help: there is none on \"%s\"; accepted: nothing, or env", argv[1]);
    options_print_help();
    return EXIT_SUCCESS;
}
