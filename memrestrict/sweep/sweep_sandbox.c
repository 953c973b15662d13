/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_sandbox.h"

#include "base/message.h"

#include <stdlib.h>
#include <unistd.h>

/* Error paths delete what they could not write. */
static void warn_root(const char *trouble)
{
    message("sweep: as root, the program's error paths may delete or overwrite any file, such as a "
            "device that is its output; safer: another user, or a sandbox such as bwrap "
            "--ro-bind / / --dev /dev --tmpfs /tmp --bind . .%s%s%s",
            trouble != NULL ? " (there is none of our own: " : "", trouble != NULL ? trouble : "",
            trouble != NULL ? ")" : "");
}

/* Without what catches changes, if that is not asked for. NULL: there is one. */
static const char *try(const struct sweep_options *options, const struct trials *trials,
                       struct trial_program *program, struct string_list *notes)
{
    const char *trouble;
    program->changes = options->files != WISH_NO && !options->fork;
    trouble = trials_sandbox_trouble(trials, program->changes);
    if (trouble != NULL && program->changes && options->files == WISH_NONE) {
        string_list_add_format(notes, "files are not compared: %s", trouble);
        program->changes = false;
        trouble = trials_sandbox_trouble(trials, false);
    }
    program->sandbox = trouble == NULL;
    program->changes &= program->sandbox;
    return trouble;
}

static void say_root(const struct trial_program *program, const char *trouble)
{
    if (!program->sandbox)
        warn_root(trouble);
    else if (program->changes)
        message("sweep: as root, and so in a sandbox: what is written in the working directory is "
                "gone with the trial, and nothing else can be written to; replay lines run outside "
                "of it");
    else
        message("sweep: as root, and so in a sandbox: only the working directory can be written "
                "to; replay lines run outside of it");
}

bool sweep_sandbox(const struct sweep_options *options, const struct trials *trials,
                   struct trial_program *program, struct string_list *notes)
{
    bool root = geteuid() == 0;
    bool asked = options->sandbox == WISH_YES || options->files == WISH_YES;
    bool wanted = asked || (options->sandbox == WISH_NONE && root);
    const char *trouble = wanted ? try(options, trials, program, notes) : NULL;
    if (asked && trouble != NULL) {
        message("--%s: there can be no sandbox here: %s; accepted: --no-sandbox",
                options->sandbox == WISH_YES ? "sandbox" : "files", trouble);
        return false;
    }
    if (root && !options->findings.quiet)
        say_root(program, trouble);
    return true;
}

bool sweep_sandbox_note(const struct trial_program *program, int status, struct string_list *notes)
{
    return !program->sandbox || status == 0 ||
           string_list_add(notes, "it runs in a sandbox, where only the working directory can be "
                                  "written to; without it: --no-sandbox");
}
