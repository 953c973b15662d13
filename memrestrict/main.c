/* SPDX-License-Identifier: MIT
 *
 * The command memrestrict: a subcommand, or else a program to run.
 */
#include "commands.h"
#include "run/options.h"
#include "run/run.h"
#include "base/message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A full disk shows when the last buffer is written. A stdout that was never open is no failure as
 * long as there is nothing for it. */
static void close_stdout(void)
{
    bool used = __fpending(stdout) > 0, failed = ferror(stdout) != 0;
    if (fclose(stdout) != 0 && (used || errno != EBADF))
        failed = true;
    if (!failed)
        return;
    message("standard output: cannot write: %s", strerror(errno));
    _exit(EXIT_OURS);
}

int main(int argc, char **argv)
{
    atexit(close_stdout);
    options_introduce(help_write_commands);
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    if (command != NULL && command->main != run_main)
        message_subcommand(command->name);
    return command != NULL ? command->main(argc - 1, argv + 1) : run_main(argc, argv);
}
