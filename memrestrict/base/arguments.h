/* SPDX-License-Identifier: MIT
 *
 * The command lines of the small subcommands: a few options and words.
 */
#ifndef MEMRESTRICT_ARGUMENTS_H
#define MEMRESTRICT_ARGUMENTS_H

#include <argp.h>
#include <stdbool.h>

struct arguments {
    const char *name;                  /* "memrestrict set" */
    const char *words, *doc;           /* for the help: "PID LIMIT", and what it does */
    int least, most;                   /* of words; not looked at where they are a program */
    bool program;                      /* the words are a program and what is its own, one or more:
                                          options end at the first; NULL in `words` says so */
    const struct argp_option *options; /* as argp's, or NULL */
    error_t (*take)(int key, char *value, void *into); /* an option; says what is wrong with it */
    void *into;
};

/* Reads argv; what stands in argv[0] is not looked at. True: the words are *words, *count of them.
 * False: it was not understood, or help was printed; *status is what to exit with. */
bool arguments_read(const struct arguments *arguments, int argc, char **argv, char ***words,
                    int *count, int *status);

#endif
