/* SPDX-License-Identifier: MIT */
#include "run/usage_checks.h"

#include "common/config.h"
#include "base/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool explores_well(const struct run_options *options)
{
    if (options->explore.folder == NULL && options->explore.option != NULL)
        message_usage("--%s: needs --explore; accepted: with --explore=FOLDER",
                      options->explore.option);
    else if (options->explore.folder != NULL && options->settings[SETTING_FAULT] != NULL)
        message_usage("--explore and --fault: accepted: one of the two");
    else if (options->explore.folder != NULL &&
             (options->scope_tree || options->tree_limit != CONFIG_UNLIMITED))
        message_usage(
            "--explore: not with a limit for all processes together; accepted: with --limit");
    else
        return true;
    return false;
}

static bool looks_well(const struct run_options *options)
{
    if (options->suppress != NULL && !options->leaks)
        message_usage("--suppress: needs --leaks; accepted: with --leaks");
    else if (options->leaks && options->explore.folder != NULL)
        message_usage("--explore and --leaks: accepted: one of the two");
    else
        return true;
    return false;
}

/* What goes with a limit, where none is given: it would hold nothing back, and say nothing. */
bool usage_checks_pass(const struct run_options *options)
{
    if (!explores_well(options) || !looks_well(options))
        return false;
    bool limited = options->settings[SETTING_LIMIT] != NULL || options->limit != CONFIG_UNLIMITED ||
                   options->tree_limit != CONFIG_UNLIMITED;
    if (limited || (!options->scope_tree && options->settings[SETTING_RESERVE] == NULL))
        return true;
    message_usage("%s: there is no limit; accepted: with --limit%s",
                  options->scope_tree ? "--scope=tree" : "--reserve",
                  options->scope_tree ? "" : " or --tree-limit");
    return false;
}

/* execvp says EACCES of it, as of a file that must not be executed. */
static int reason_of(const struct target *target, const char *name, int reason)
{
    struct stat status;
    const char *path = target->path[0] != '\0' ? target->path : name;
    return reason == EACCES && stat(path, &status) == 0 && S_ISDIR(status.st_mode) ? EISDIR
                                                                                   : reason;
}

/* `-l 64 M ls`: the unit is taken for the program. */
static bool is_unit(const struct run_options *options)
{
    uint64_t bytes;
    char size[64];
    const char *limit = options->settings[SETTING_LIMIT];
    if (limit == NULL || limit[strspn(limit, "0123456789.")] != '\0')
        return false;
    snprintf(size, sizeof size, "%s%s", limit, options->argv[0]);
    return options->argv[0][0] != '\0' && size_parse(size, &bytes);
}

int usage_checks_cannot_run(struct outcome *outcome, const struct run_options *options,
                            const struct target *target, int reason)
{
    const char *name = options->argv[0];
    char more[PATH_MAX + 32] = "";
    if (target->missing[0] != '\0')
        snprintf(more, sizeof more, "; it needs %s", target->missing);
    else if (reason == ENOENT && is_unit(options))
        snprintf(more, sizeof more, "; did you mean '-l %s%s', without a space?",
                 options->settings[SETTING_LIMIT], name);
    outcome_warn(outcome, "cannot run '%s': %s%s", name, strerror(reason_of(target, name, reason)),
                 more);
    return reason == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
