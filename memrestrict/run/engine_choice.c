/* SPDX-License-Identifier: MIT */
#include "run/engine_choice.h"

#include "base/message.h"
#include "common/config.h"

#include <string.h>

/* An option that only the library can do; NULL: none was given. */
static const char *needs_preload(const struct run_options *options)
{
    static const enum report_kind kinds[] = {REPORT_MASSIF, REPORT_COLLAPSED, REPORT_SPEEDSCOPE,
                                             REPORT_SITE_LIST, REPORT_TIMELINE};
    const char *word = options_setting(options, SETTING_ON_REFUSAL);
    if (options_setting(options, SETTING_FAULT) != NULL)
        return "--fault";
    if (options_setting(options, SETTING_REPORT) != NULL)
        return "--report";
    if (options_setting(options, SETTING_PROGRAM) != NULL)
        return "--program";
    if (word != NULL && strcmp(word, "errno") != 0)
        return "--on-refusal";
    if (options->site_frames != 0)
        return "--sites";
    if (options->leaks)
        return "--leaks";
    if (options->explore.folder != NULL)
        return "--explore";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (options->reports[kinds[i]] != NULL)
            return "--timeline and call sites";
    return NULL;
}

static bool limits_tree(const struct run_options *options)
{
    return options->scope_tree || options->tree_limit != CONFIG_UNLIMITED;
}

/* What this engine cannot do of what was asked for; NULL: nothing. */
static const char *cannot_do(const struct engine *engine, const struct run_options *options)
{
    if (engine->enter == NULL && engine->follow == NULL) /* the preload */
        return NULL;
    if (needs_preload(options) != NULL)
        return needs_preload(options);
    if (limits_tree(options) && !engine->limits_trees)
        return "a limit for all processes together";
    if (options->limit != CONFIG_UNLIMITED && !options->scope_tree && engine->limits_trees_only)
        return "a limit for each process (with --scope=tree it limits all together)";
    if (options->reserve != 0 && engine != &engine_ptrace)
        return "--reserve";
    if (options->error_exitcode != 0 && !engine->sees_refusals)
        return "--error-exitcode";
    return NULL;
}

static const struct engine *asked_for(const struct run_options *options)
{
    const struct engine *engine = engine_of(options->engine);
    const char *why, *option = cannot_do(engine, options);
    if (!engine->available(&why))
        message_usage("--engine=%s: not to be had here: %s", engine->name, why);
    else if (option != NULL)
        message_usage("--engine=%s: it cannot do %s; accepted: another engine, or without that",
                      engine->name, option);
    else
        return engine;
    return NULL;
}

static bool can(const struct engine *engine, const struct run_options *options)
{
    const char *why;
    return engine->available(&why) && cannot_do(engine, options) == NULL;
}

/* The preload, where it reaches. A program that has privileges of its own would lose them under
 * ptrace; unless somebody limits it at all, there is nothing to do but to say so. */
static const struct engine *best(const struct run_options *options, const struct target *target)
{
    const struct engine *preload = engine_of(ENGINE_PRELOAD);
    bool limited = options->limit != CONFIG_UNLIMITED || options->tree_limit != CONFIG_UNLIMITED;
    switch (target->trouble) {
    case TARGET_STATIC:
    case TARGET_OTHER_CLASS:
        if (can(&engine_ptrace, options))
            return &engine_ptrace;
        return limited && can(&engine_rlimit, options) ? &engine_rlimit : preload;
    case TARGET_PRIVILEGED:
        return limited && can(&engine_rlimit, options) ? &engine_rlimit : preload;
    default: return preload;
    }
}

static const char *reason_of(const struct target *target)
{
    return target->trouble == TARGET_STATIC        ? "is statically linked"
           : target->trouble == TARGET_OTHER_CLASS ? "is of another word size than the library"
                                                   : "runs with privileges of its own";
}

static void say_taken(const struct engine *engine, const struct target *target,
                      struct outcome *outcome)
{
    const char *program = basename(target->path);
    bool is_other = strcmp(program, outcome->name) != 0;
    outcome_warn(outcome, "%s%s%s%s %s: limited by --engine=%s, in pages", program,
                 is_other ? ", which runs " : "", is_other ? outcome->name : "",
                 is_other ? "," : "", reason_of(target), engine->name);
}

const struct engine *engine_choice(const struct run_options *options, const struct target *target,
                                   struct outcome *outcome)
{
    const struct engine *engine =
        options->engine == ENGINE_AUTO ? best(options, target) : asked_for(options);
    if (engine == NULL)
        return NULL;
    outcome->engine = engine->name;
    if (options->engine == ENGINE_AUTO && engine->prepare != NULL)
        say_taken(engine, target, outcome);
    return engine;
}
