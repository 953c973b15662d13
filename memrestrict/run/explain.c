/* SPDX-License-Identifier: MIT */
#include "run/explain.h"

#include "base/arguments.h"
#include "base/message.h"
#include "base/string_file.h"
#include "base/terminal.h"
#include "base/text.h"
#include "base/yama.h"
#include "common/config.h"
#include "run/engine_choice.h"
#include "run/explain_program.h"
#include "run/library.h"
#include "run/target_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LABEL = 11, LEAST = 40, MOST = 100 };

/* "  LABEL    words", in lines as wide as the terminal. */
static void print_row(const char *label, const char *words)
{
    unsigned width = terminal_size().width, column = LABEL;
    width = width < LEAST ? LEAST : width > MOST ? MOST : width;
    printf("  %-8s", label);
    for (const char *at = words; *at != '\0';) {
        unsigned length = (unsigned)strcspn(at, " ");
        if (column > LABEL && column + length >= width) {
            printf("\n%*s", LABEL - 1, "");
            column = LABEL;
        }
        printf(" %.*s", (int)length, at);
        column += length + 1;
        at += length + (at[length] == ' ');
    }
    putchar('\n');
}

static void print_words(const char *label, const char *first, const char *second)
{
    char *both = NULL;
    if (asprintf(&both, "%s%s", first, second) >= 0)
        print_row(label, both);
    free(both);
}

/* What runs already, as an engine of one command more. */
static void print_attach(void)
{
    const char *why;
    int scope = yama_scope();
    char words[64];
    snprintf(words, sizeof words, "with kernel.yama.ptrace_scope %d only %s may", scope,
             yama_words(scope));
    if (!engine_ptrace.available(&why))
        print_words("attach", "no: ", why);
    else if (scope > 2 || (scope > 0 && geteuid() != 0))
        print_words("attach", "no: ", words);
    else
        print_words("attach", "yes: ",
                    "what runs already (memrestrict attach): as ptrace, but each of its calls "
                    "stops, not those for memory alone, until the command leaves it");
}

static void print_engines(void)
{
    puts("This machine:");
    for (enum engine_kind kind = ENGINE_PRELOAD; kind <= ENGINE_CGROUP; kind++) {
        const struct engine *engine = engine_of(kind);
        const char *why;
        bool is_there = engine->available(&why);
        print_words(engine->name, is_there ? "yes: " : "no: ", is_there ? engine->promise : why);
    }
    print_attach();
}

/* Why this engine does not limit that program, wherever it is to be had; NULL: it does. */
static const char *out_of_reach(const struct engine *engine, const struct target *target)
{
    bool is_preload = engine == engine_of(ENGINE_PRELOAD);
    switch (target->trouble) {
    case TARGET_STATIC: return is_preload ? "no library can be loaded into a static program" : NULL;
    case TARGET_OTHER_CLASS: return is_preload ? "there is no library of its word size" : NULL;
    case TARGET_PRIVILEGED:
        return is_preload                 ? "the loader ignores the library for its privileges"
               : engine == &engine_ptrace ? "it would lose its privileges"
                                          : NULL;
    case TARGET_OTHER_MACHINE:
        return is_preload || engine == &engine_ptrace ? "it is for another kind of machine" : NULL;
    case TARGET_OWN_MALLOC:
    case TARGET_FINE: break;
    }
    return NULL;
}

static const char *missed(const struct engine *engine, const struct target *target)
{
    if (engine == &engine_ptrace)
        return "shared files and memfd, shmat, stacks that grow, stacks of threads unless counted "
               "(-c stacks), what was written and then made read-only";
    if (engine == &engine_rlimit)
        return "shared anonymous memory, memfd, shmat, a MAP_FIXED commit that goes beyond it, "
               "what "
               "was written and then made read-only; root can lift it";
    if (engine == &engine_cgroup)
        return "what is not touched yet; who may write to the groups' files can leave this one, "
               "which is seen if it lives 20 ms";
    if (target->trouble == TARGET_OWN_MALLOC)
        return "its heap: only what it maps itself is limited; --engine=ptrace limits both";
    return "static data, shared files and memfd, stacks unless counted (-c stacks), system calls "
           "made past the C library, what was written and then made read-only";
}

static const char *charged(const struct engine *engine)
{
    return engine == &engine_ptrace   ? "pages that are private and writable, or shared anonymous, "
                                        "its data and bss among them"
           : engine == &engine_rlimit ? "pages that are private and writable, stacks of threads "
                                        "among them, beside its own data and bss; of each process"
           : engine == &engine_cgroup ? "all pages that are resident, of files and of the kernel "
                                        "too; of all processes together"
                                      : "blocks of the heap as they were asked for, and pages that "
                                        "it maps itself";
}

static const char *at_limit(const struct engine *engine)
{
    return engine == &engine_cgroup   ? "it is killed"
           : engine == &engine_rlimit ? "ENOMEM, which nobody is told of"
                                      : "ENOMEM";
}

static void print_missed(const struct engine *engine, const struct target *target)
{
    print_row("charged", charged(engine));
    print_row("missed", missed(engine, target));
    print_row("past it", at_limit(engine));
}

static void print_other(const struct engine *engine, const struct target *target)
{
    const char *why = out_of_reach(engine, target), *none;
    char *words = NULL;
    if (!engine->available(&none))
        print_words(engine->name, "no: ", none);
    else if (why != NULL)
        print_words(engine->name, "no: ", why);
    else if (asprintf(&words, "%s; charged: %s; missed: %s", at_limit(engine), charged(engine),
                      missed(engine, target)) >= 0)
        print_row(engine->name, words);
    free(words);
}

static bool is_found(const struct target *target, const char *name)
{
    if (target->path[0] == '\0' || access(target->path, X_OK) != 0) {
        message("explain: there is no program '%s'", name);
        return false;
    }
    return true;
}

/* "PATH", and what a script of another name needs it for. */
static void print_title(const struct target *target, const char *name)
{
    putchar('\n');
    text_safe(stdout, target->path);
    if (strcmp(text_last_part(target->path), text_last_part(name)) != 0) {
        fputs(", which runs ", stdout);
        text_safe(stdout, name);
    }
    puts(":");
}

static char *kind_of(const struct target *target)
{
    struct string_file words;
    FILE *file = string_file_open(&words);
    if (file == NULL)
        return NULL;
    explain_program_write(file, target);
    return string_file_close(&words);
}

static void print_choice(const struct engine *taken, const struct target *target)
{
    char *kind = kind_of(target);
    const char *why = out_of_reach(taken, target);
    print_row("it is", kind != NULL ? kind : "?");
    free(kind);
    print_words("taken", "--engine=", taken->name);
    if (why != NULL)
        print_words("but", "it is not limited: ", why);
    else
        print_missed(taken, target);
    puts("\nOther engines, for that program:");
    for (enum engine_kind other = ENGINE_PRELOAD; other <= ENGINE_CGROUP; other++)
        if (engine_of(other) != taken)
            print_other(engine_of(other), target);
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
    print_engines();
    print_title(&target, name);
    const struct engine *engine = engine_choice(&options, &target, &outcome);
    outcome_free(&outcome);
    if (engine == NULL)
        return EXIT_OURS;
    print_choice(engine, &target);
    return EXIT_SUCCESS;
}

int explain_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict explain",
        .words = "[PROGRAM]",
        .doc = "Says which engines can be had on this machine, and if not, why; and of a program, "
               "what it is, which engine --engine=auto takes, what that charges, what it misses, "
               "and what the others would do.",
        .least = 0,
        .most = 1,
    };
    char **rest;
    int count, status;
    if (!arguments_read(&arguments, argc, argv, &rest, &count, &status))
        return status;
    if (count > 0)
        return print_program(rest[0]);
    print_engines();
    return EXIT_SUCCESS;
}
