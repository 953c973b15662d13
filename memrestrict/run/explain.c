/* SPDX-License-Identifier: MIT */
#include "run/explain.h"

#include "base/arguments.h"
#include "base/message.h"
#include "base/text.h"
#include "common/config.h"
#include "run/engine_choice.h"
#include "run/library.h"
#include "run/target_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = {"preload", "ptrace", "rlimit", "cgroup"};

static void print_engines(void)
{
    puts("This machine:");
    for (enum engine_kind kind = ENGINE_PRELOAD; kind <= ENGINE_CGROUP; kind++) {
        const struct engine *engine = engine_of(kind);
        const char *why;
        if (engine->available(&why))
            printf("  %-8s yes: %s\n", words[kind - 1], engine->promise);
        else
            printf("  %-8s no: %s\n", words[kind - 1], why);
    }
}

static const char *kind_of(const struct target *target)
{
    switch (target->trouble) {
    case TARGET_STATIC: return "statically linked";
    case TARGET_PRIVILEGED: return "run with privileges of its own, set-user-ID or the like";
    case TARGET_OTHER_CLASS: return "of another word size than the library";
    case TARGET_OTHER_MACHINE: return "for another kind of machine";
    case TARGET_OWN_MALLOC: return "dynamic, with a malloc of its own";
    case TARGET_FINE: break;
    }
    return target->is_musl ? "dynamic, with musl" : "dynamic";
}

/* What slips through, of each engine. */
static const char *holes(const struct engine *engine, const struct target *target)
{
    if (engine == &engine_ptrace)
        return "shared files and memfd, shmat, stacks that grow, stacks of threads unless counted, "
               "what was made read-only";
    if (engine == &engine_rlimit)
        return "shared anonymous memory, commits by MAP_FIXED over a reservation; each process "
               "has its own; refusals are seen by nobody";
    if (target->trouble == TARGET_FINE)
        return "system calls that do not go through the C library, static data, shared files, "
               "stacks unless counted, static programs that it starts";
    if (target->trouble == TARGET_OWN_MALLOC)
        return "its heap: only what it maps itself is limited; --engine=ptrace limits both";
    return "all: it cannot be limited by the library";
}

static const char *charged(const struct engine *engine)
{
    return engine == &engine_ptrace   ? "pages that are private and writable, or shared anonymous; "
                                        "data and bss from exec on"
           : engine == &engine_rlimit ? "pages that are private and writable, beside its own data"
                                      : "blocks of the heap as they were asked for, and pages that "
                                        "it maps itself";
}

static bool is_found(const struct target *target, const char *name)
{
    if (target->path[0] == '\0' || access(target->path, X_OK) != 0) {
        message("explain: there is no program '%s'", name);
        return false;
    }
    return true;
}

/* As if with a limit, which rlimit needs to be taken at all. */
static int print_program(const char *name)
{
    static struct library library;
    static struct target target;
    struct run_options options = {.limit = 0, .tree_limit = CONFIG_UNLIMITED};
    struct outcome outcome = {.name = text_last_part(name)};
    if (!library_find(&library))
        return EXIT_OURS;
    target_check(&target, name, &library);
    if (!is_found(&target, name))
        return EXIT_NOT_FOUND;
    const struct engine *engine = engine_choice(&options, &target, &outcome);
    outcome_free(&outcome);
    if (engine == NULL)
        return EXIT_OURS;
    text_safe(stdout, target.path);
    printf(":\n  it is    %s\n  taken    --engine=%s\n  charged  %s\n  not      %s\n",
           kind_of(&target), engine->name, charged(engine), holes(engine, &target));
    return EXIT_SUCCESS;
}

int explain_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict explain",
        .words = "[PROGRAM]",
        .doc = "Says which engines can be had on this machine, and if not, why; and of a program, "
               "what it is, which engine --engine=auto takes, what that charges, and what not.",
        .least = 0,
        .most = 1,
    };
    char **rest;
    int count, status;
    if (!arguments_read(&arguments, argc, argv, &rest, &count, &status))
        return status;
    print_engines();
    return count > 0 ? print_program(rest[0]) : EXIT_SUCCESS;
}
