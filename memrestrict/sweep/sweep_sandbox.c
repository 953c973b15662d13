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

bool sweep_sandbox(const struct sweep_options *options, const struct trials *trials,
                   struct trial_program *program)
{
    bool root = geteuid() == 0, said = root && !options->findings.quiet;
    bool wanted = options->sandbox == WISH_YES || (options->sandbox == WISH_NONE && root);
    const char *trouble = wanted ? trials_sandbox_trouble(trials) : NULL;
    program->sandbox = wanted && trouble == NULL;
    if (options->sandbox == WISH_YES && trouble != NULL) {
        message("--sandbox: there can be none here: %s; accepted: --no-sandbox", trouble);
        return false;
    }
    if (said && program->sandbox)
        message("sweep: as root, and so in a sandbox, where only the working directory can be "
                "written to; replay lines run outside of it");
    else if (said)
        warn_root(trouble);
    return true;
}

bool sweep_sandbox_note(const struct trial_program *program, int status, struct string_list *notes)
{
    return !program->sandbox || status == 0 ||
           string_list_add(notes, "it runs in a sandbox, where only the working directory can be "
                                  "written to; without it: --no-sandbox");
}
