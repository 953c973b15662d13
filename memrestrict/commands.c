/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "judge/judge.h"
#include "layout/layout.h"
#include "sweep/merge.h"
#include "min/min.h"
#include "timeline/plot.h"
#include "live/ps.h"
#include "live/reset_peak.h"
#include "run/explain.h"
#include "run/run.h"
#include "live/attach.h"
#include "live/set.h"
#include "live/snapshot.h"
#include "sweep/sweep.h"
#include "live/top.h"

#include <stddef.h>
#include <string.h>

const struct command commands[] = {
    {"run", run_main, "[OPTION]... PROGRAM [ARG]...", "run a program; the word can be left out"},
    {"sweep", sweep_main, "[OPTION]... PROGRAM [ARG]...",
     "find the code that cannot take a failed allocation"},
    {"merge", merge_main, "[OPTION]... JOURNAL...", "put the parts of a sweep together"},
    {"min", min_main, "[OPTION]... PROGRAM [ARG]...", "find the smallest budget that is enough"},
    {"attach", attach_main, "[OPTION]... PID", "limit a process that runs already"},
    {"ps", ps_main, "[--json] [PID]...", "processes of running commands, and what they use"},
    {"top", top_main, "[--interval=DURATION]", "the same, renewed on the terminal"},
    {"set", set_main, "PID LIMIT|arm|disarm", "give a running process another limit; faults"},
    {"snapshot", snapshot_main, "PID", "who holds what now, in a run with --sites"},
    {"reset-peak", reset_peak_main, "PID", "let the peak start again"},
    {"judge", judge_main, "[OPTION]... PROGRAM [ARG]...",
     "a verdict on a submission that is not to be trusted"},
    {"explain", explain_main, "[PROGRAM]", "which engines there are, and what limits a program"},
    {"plot", plot_main, "[-o FILE.png|.svg] [TIMELINE]", "draw what --timeline has written"},
    {"layout", layout_main, "[OPTION]... PID | PROGRAM [ARG]...",
     "see an address space, and what is wrong with it"},
    {"help", help_main, "[env|SUBCOMMAND]",
     "this help, the settings in the environment, or a subcommand's"},
    {NULL, NULL, NULL, NULL},
};

const struct command *command_find(const char *name)
{
    for (const struct command *row = commands; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}
