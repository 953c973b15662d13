/* SPDX-License-Identifier: MIT */
#include "base/arguments.h"

#include "base/argp_quoted.h"
#include "base/message.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

enum { KEY_USAGE = 0x10000 }; /* beyond the keys of options that are not ours */

struct reading {
    const struct arguments *arguments;
    char **words;
    int count;
};

static const struct argp_option common[] = {
    {"help", 'h', NULL, 0, "this text", -1},
    {"usage", KEY_USAGE, NULL, 0, "a short one", -1},
    {0},
};

static error_t take_common(int key, char *value, struct argp_state *state)
{
    struct reading *reading = state->input;
    (void)value;
    switch (key) {
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case KEY_USAGE: argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK); return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = reading; return 0;
    case ARGP_KEY_ARGS:
        reading->words = state->argv + state->next;
        reading->count = state->argc - state->next;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t take_other(int key, char *value, struct argp_state *state)
{
    const struct arguments *arguments = ((struct reading *)state->input)->arguments;
    bool option = key > 0 && key < KEY_USAGE; /* what is not is argp's own business */
    return option && arguments->take != NULL ? arguments->take(key, value, arguments->into)
                                             : ARGP_ERR_UNKNOWN;
}

bool arguments_read(const struct arguments *arguments, int argc, char **argv, char ***words,
                    int *count, int *status)
{
    struct reading reading = {arguments, NULL, 0};
    const char *accepted = arguments->words != NULL ? arguments->words : "[--] PROGRAM [ARG]...";
    int least = arguments->program ? 1 : arguments->least;
    int most = arguments->program ? INT_MAX : arguments->most;
    const struct argp other = {.options = arguments->options, .parser = take_other};
    const struct argp_child children[] = {{&other, 0, NULL, 0}, {0}};
    const struct argp parser = {.options = common,
                                .parser = take_common,
                                .args_doc = accepted,
                                .doc = arguments->doc,
                                .children = children};
    argv[0] = (char *)arguments->name; /* in messages */
    argp_err_exit_status = EXIT_OURS;
    *status = EXIT_OURS;
    unsigned flags = ARGP_NO_HELP | (arguments->program ? ARGP_IN_ORDER : 0);
    if (argp_parse_quoted(&parser, argc, argv, flags, &reading) != 0)
        return false;
    *words = reading.words;
    *count = reading.count;
    if (*count >= least && *count <= most)
        return true;
    message_usage("%s; accepted: %s %s", *count < least ? "something is missing" : "too many words",
                  arguments->name, accepted);
    return false;
}
