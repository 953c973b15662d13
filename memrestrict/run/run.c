/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include "base/die.h"
#include "base/text.h"
#include "run/supervise.h"
#include "common/config.h"
#include "base/duration.h"
#include "base/fault_plan.h"
#include "run/engine_choice.h"
#include "run/follow.h"
#include "run/launch.h"
#include "run/leak_reports.h"
#include "run/layout_run.h"
#include "run/library.h"
#include "run/usage_checks.h"
#include "run/coverage.h"
#include "run/options.h"
#include "run/reports.h"
#include "run/remarks.h"
#include "run/roster.h"
#include "run/nested_run.h"
#include "run/run_sample.h"
#include "base/message.h"
#include "run/site_reports.h"
#include "run/taken.h"
#include "run/unjoined.h"
#include "run/unlimited.h"
#include "timeline/timeline.h"
#include "outcome/verdict.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

struct run {
    struct run_options options;
    struct library library;
    struct target target;
    const struct engine *engine;
    void *engine_state;         /* NULL: the preload has none */
    struct engine_watch *watch; /* NULL: the same */
    struct roster *roster;
    struct nested_run nested;
    struct sites *sites;               /* NULL: not asked for */
    struct suppressions *suppressions; /* the same */
    struct explore_run *explore;       /* the same */
    struct signals signals;
    struct held_child launched;
    struct unlimited *unlimited;
    struct unjoined *unjoined;
    struct taken *taken; /* NULL: nothing is */
    struct orphans *orphans;
    struct reap *reap;
    struct reports reports;
    struct timeline *timeline; /* NULL: not asked for */
    struct layout_run *layout;
    struct outcome outcome;
    size_t said; /* warnings of the outcome that have been printed */
};

/* Settings that are in the environment already hold where no option says otherwise. */
static bool read_environment(struct run *run)
{
    struct run_options *options = &run->options;
    struct config config;
    struct text complaint = {.length = 0};
    if (!config_read(environ, &config, &complaint)) {
        writer_stderr(&complaint);
        return false;
    }
    nested_run_read(&run->nested, &config);
    if (options->settings[SETTING_LIMIT] == NULL)
        options->limit = config.limit;
    if (options->settings[SETTING_RESERVE] == NULL)
        options->reserve = config.reserve;
    options->leaks |= config.leaks && options->settings[SETTING_LEAKS] == NULL;
    if (options->settings[SETTING_FAULT] == NULL && config.fault != NULL) {
        options->settings[SETTING_FAULT] = config.fault;
        return fault_plan_check("MEMRESTRICT_FAULT", config.fault) && usage_checks_pass(options);
    }
    return usage_checks_pass(options);
}

static bool open_sites(struct run *run)
{
    if (!site_reports_want_sites(&run->options))
        return true;
    run->sites = sites_open(run->options.site_frames, site_reports_want_crashes(&run->options));
    if (run->sites == NULL)
        message("--sites: cannot make the memory for call sites: %s", strerror(errno));
    return run->sites != NULL;
}

static bool open_leaks(struct run *run)
{
    const struct run_options *options = &run->options;
    run->outcome.leaks_asked = options->leaks;
    run->outcome.leaks_fail = options->leaks && options->error_exitcode != 0;
    if (options->suppress != NULL)
        run->suppressions = suppressions_read("suppress", options->suppress, "leak");
    return options->suppress == NULL || run->suppressions != NULL;
}

static bool open_explored(struct run *run)
{
    if (run->options.explore.folder != NULL)
        run->explore = explore_run_open(&run->options.explore);
    return run->options.explore.folder == NULL || run->explore != NULL;
}

/* --scope=tree makes the one limit the tree's, and leaves each process without. */
static bool open_roster(struct run *run)
{
    struct run_options *options = &run->options;
    struct outcome *outcome = &run->outcome;
    outcome->limit = options->scope_tree ? OUTCOME_UNLIMITED : options->limit;
    outcome->tree_limit = options->scope_tree ? options->limit : options->tree_limit;
    struct roster_limits limits = nested_run_hold(&run->nested, outcome, options->reserve);
    run->roster = roster_open(&limits, run->sites != NULL ? sites_fd(run->sites) : -1,
                              explore_run_fd(run->explore), !options->no_subreaper);
    return run->roster != NULL;
}

static void say_new_warnings(struct run *run)
{
    for (; run->said < run->outcome.warning_count; run->said++)
        message("%s", run->outcome.warnings[run->said]);
}

static bool open_reap(struct run *run)
{
    run->taken = taken_open(&run->options, &run->library, run->roster, &run->outcome);
    const char *patterns = options_setting(&run->options, SETTING_PROGRAM);
    run->unjoined = unjoined_open(patterns, &run->outcome);
    run->unlimited =
        unlimited_open(run->roster, &run->library, patterns, run->unjoined, run->taken);
    run->orphans = orphans_open();
    if (run->unlimited != NULL && run->unjoined != NULL && run->orphans != NULL)
        run->reap =
            reap_open(run->sites, run->unlimited, run->unjoined, run->orphans, &run->outcome);
    if (run->reap == NULL)
        message("no memory");
    return run->reap != NULL;
}

static bool prepare_engine(struct run *run)
{
    run->engine = engine_choice(&run->options, &run->target, &run->outcome);
    if (run->engine == NULL)
        return false;
    if (run->engine->prepare == NULL) {
        coverage_before(&run->outcome, &run->target, &run->options);
        return true;
    }
    run->engine_state =
        follow_prepare(run->engine, &run->options, &run->target, &run->launched, &run->outcome);
    unjoined_ignore(run->unjoined); /* nobody is to join */
    if (run->engine_state != NULL)
        run->watch = engine_watch_open(run->engine, run->engine_state, &run->outcome);
    return run->watch != NULL;
}

static bool prepare(struct run *run)
{
    run->outcome.argv = run->options.argv;
    run->outcome.name = text_last_part(run->options.argv[0]);
    if (run->options.settings[SETTING_FAULT] != NULL)
        run->outcome.fault_plan = run->options.settings[SETTING_FAULT] =
            fault_plan_whole(run->options.settings[SETTING_FAULT], &run->outcome.seed_made);
    run->outcome.lenient = run->options.lenient;
    run->outcome.refusals_fail = run->options.error_exitcode != 0;
    const char *pattern = run->options.settings[SETTING_REPORT];
    if (pattern != NULL && !reports_can_take(pattern))
        return false;
    if (!open_leaks(run) || !library_find(&run->library) || !open_sites(run) ||
        !open_explored(run) || !open_roster(run) || !open_reap(run) ||
        !layout_run_open(&run->layout, &run->options, run->roster, &run->outcome))
        return false;
    target_check(&run->target, run->options.argv[0], &run->library);
    if (!prepare_engine(run))
        return false;
    nested_run_lend(&run->nested, run->roster, &run->outcome, run->engine_state == NULL);
    return true;
}

/* As long for each process ID: a program that copies its environment needs the same in each run. */
static void name_accounts(const struct run *run, char *path, size_t size)
{
    static const char slashes[] = "///////";
    char pid[16];
    int digits = snprintf(pid, sizeof pid, "%d", (int)getpid());
    const char *padding = slashes + (digits < 7 ? digits : 7);
    int length = snprintf(path, size, "/proc/%s%s/fd/%d", padding, pid, roster_fd(run->roster));
    if (run->outcome.tree_limit != OUTCOME_UNLIMITED) /* for who cannot reach them */
        snprintf(path + length, size - (size_t)length, ",%llu",
                 (unsigned long long)run->outcome.tree_limit);
    if (run->options.no_follow)
        strncat(path, ",no-follow", size - strlen(path) - 1);
}

enum { VARIABLES = SETTINGS + 3 + NESTED_RUN_VARIABLES };

/* What the library is to know; nothing under other engines. */
static void set_variables(struct run *run, char *accounts, size_t size, char *preload,
                          struct variable variables[VARIABLES])
{
    int count = 0;
    if (run->engine_state != NULL)
        return;
    name_accounts(run, accounts, size);
    variables[count++] = (struct variable){"MEMRESTRICT_ACCOUNTS", accounts};
    variables[count++] = (struct variable){"LD_PRELOAD", preload};
    for (int i = 0; i < SETTINGS; i++)
        if (run->options.settings[i] != NULL && !(i == SETTING_LIMIT && run->options.scope_tree))
            variables[count++] =
                (struct variable){option_setting_names[i], run->options.settings[i]};
    if (run->options.scope_tree)
        variables[count++] = (struct variable){option_setting_names[SETTING_LIMIT], NULL};
    nested_run_variables(&run->nested, run->outcome.limit, &variables[count]);
}

/* The program's process is made, and waits, since reports may be named after it. */
static bool make_process(struct run *run)
{
    struct variable variables[VARIABLES] = {{NULL, NULL}};
    char accounts[96];
    char *preload = library_preload(&run->library, getenv("LD_PRELOAD"));
    set_variables(run, accounts, sizeof accounts, preload, variables);
    struct launch launch = {.argv = run->options.argv,
                            .variables = variables,
                            .signals = &run->signals,
                            .enter = run->engine->enter,
                            .context = run->engine_state};
    fflush(stdout);
    signals_hold(&run->signals);
    bool made = preload != NULL && launch_prepare(&launch, &run->launched);
    bool lent = made && nested_run_start(&run->nested);
    if (!lent)
        message("cannot make a process: %s", strerror(errno));
    if (made && !lent)
        launch_cancel(&run->launched);
    free(preload);
    return lent;
}

/* Files say so too: those of an earlier run would be taken for this one's. */
static int cannot_run(struct run *run, int reason)
{
    signals_finish(&run->signals);
    int status = usage_checks_cannot_run(&run->outcome, &run->options, &run->target, reason);
    say_new_warnings(run);
    reports_start(&run->reports);
    reports_write_formats(&run->reports, &run->outcome);
    layout_run_write(run->layout, &run->reports);
    reports_undo(&run->reports);
    return status;
}

static void watch_signals(struct run *run)
{
    char **last = run->options.argv;
    while (last[1] != NULL)
        last++;
    signals_watch(&run->signals, run->launched.pid, *last);
}

/* EXIT_SUCCESS: the program runs; else what to exit with, and nothing was run. */
static int start(struct run *run)
{
    if (!make_process(run))
        return EXIT_OURS;
    if (!reports_open(&run->reports, &run->options, run->launched.pid, run->outcome.name)) {
        launch_cancel(&run->launched);
        return EXIT_OURS;
    }
    say_new_warnings(run);
    watch_signals(run);
    roster_set_main(run->roster, run->launched.pid);
    run->outcome.began = duration_now();
    if (!follow_begin(run->engine, run->engine_state, &run->launched)) {
        launch_cancel(&run->launched);
        reports_undo(&run->reports);
        return EXIT_OURS;
    }
    int reason = follow_go(run->engine, run->engine_state, &run->launched, &run->signals);
    if (reason != 0)
        return cannot_run(run, reason);
    run->outcome.pid = run->launched.pid;
    reports_start(&run->reports);
    return EXIT_SUCCESS;
}

static void step_aside(struct run *run)
{
    launch_let_go_of(STDIN_FILENO);
    if (!reports_use_stdout(&run->reports))
        launch_let_go_of(STDOUT_FILENO);
}

static void sample(void *context, uint64_t now)
{
    const struct run *run = context;
    run_sample_take(run->timeline, run->roster, now);
}

static void wait_for_end(struct run *run)
{
    step_aside(run);
    FILE *file = reports_file(&run->reports, REPORT_TIMELINE);
    run->timeline = file != NULL ? timeline_open(file, run->outcome.began) : NULL;
    struct supervision how = {
        .time_limit = run->options.time_limit,
        .kill_after = run->options.kill_after,
        .interval = run->timeline != NULL ? run->options.interval : 0,
        .on_sample = sample,
        .layout = run->layout,
        .context = run,
        .roster = run->roster,
        .reap = run->reap,
        .orphans = run->orphans,
        .signals = &run->signals,
        .engine = run->engine,
        .taken = run->taken,
        .state = run->engine_state,
        .watch = run->watch,
    };
    const struct remarks_limits asked = {run->outcome.limit, run->nested.reserve,
                                         run->outcome.tree_limit, run->options.reserve};
    reap_tell(run->reap, run->nested.outer);
    supervise(&how, &run->outcome);
    reap_close(run->reap, run->roster, !run->target.is_musl);
    taken_close(run->taken);
    engine_watch_close(run->watch);
    if (run->engine_state != NULL)
        run->engine->collect(run->engine_state);
    orphans_close(run->orphans);
    signals_finish(&run->signals);
    if (run->sites != NULL)
        site_reports_crashes(&run->outcome, run->sites, &run->options);
    if (run->outcome.leaks_asked && run->sites != NULL &&
        !leak_reports_enter(&run->outcome, run->sites, run->suppressions))
        message("no memory");
    if (run->explore != NULL && !explore_run_settle(run->explore, &run->outcome))
        message("no memory");
    if (run->engine_state == NULL)
        coverage_after(&run->outcome, &run->target, &run->options);
    layout_run_reasons(run->layout, &run->outcome);
    remarks_raised(&run->outcome, &asked);
    remarks_say(&run->outcome);
    nested_run_close(&run->nested);
}

static const char *trouble_with_sites(const struct run *run)
{
    const struct sites_process *process = sites_chosen(run->sites);
    return process != NULL ? process->trouble : NULL;
}

/* On stderr: what was said before the start is not said again. */
static bool write_verdict(struct run *run)
{
    const struct run_options *options = &run->options;
    FILE *file = reports_file(&run->reports, REPORT_VERDICT);
    bool is_own = file != NULL, written;
    struct outcome rest = run->outcome;
    if (!is_own) {
        file = stderr;
        rest.warnings += run->said;
        rest.warning_count -= run->said;
    }
    struct verdict_style style = {
        .color = options_want_color(options, fileno(file)),
        .always = options->verbose || is_own,
        .table = options->verbose,
    };
    written = options->quiet ? verdict_warnings(file, &rest) : verdict_print(file, &rest, &style);
    if (options->site_frames != 0 && !options->quiet)
        written &= site_reports_table(file, run->sites);
    if (run->explore != NULL && !options->quiet)
        written &= explore_run_say(file, run->explore, run->outcome.name, trouble_with_sites(run));
    if (is_own)
        return reports_finish(&run->reports, REPORT_VERDICT, written);
    return written || !options_want_words(options); /* nobody to tell is no failure then */
}

static bool write_timeline(struct run *run)
{
    if (run->timeline == NULL)
        return run->reports.of[REPORT_TIMELINE].path == NULL;
    return reports_finish(&run->reports, REPORT_TIMELINE,
                          timeline_close(run->timeline, &run->outcome));
}

static bool write_all(struct run *run)
{
    bool written = write_timeline(run);
    written &= write_verdict(run);
    written &= reports_write_formats(&run->reports, &run->outcome);
    written &= layout_run_write(run->layout, &run->reports);
    if (run->sites != NULL)
        written &= site_reports_write(&run->reports, run->sites, &run->outcome);
    if (run->explore != NULL)
        written &= explore_run_write(run->explore);
    return written;
}

/* In this order: what was asked for by --error-exitcode; our time limit; the program's own end;
 * and a success of the program is none of ours if we could not write what was asked for. */
static int finish(const struct run *run, bool written)
{
    const struct outcome *outcome = &run->outcome;
    if (run->options.error_exitcode != 0 && outcome_met_limit(outcome))
        return run->options.error_exitcode;
    if (outcome_leaks_fail(outcome))
        return run->options.error_exitcode;
    if (coverage_fails(outcome, &run->options))
        return run->options.error_exitcode;
    if (outcome->timed_out)
        return EXIT_TIME_LIMIT;
    if (!outcome->exited)
        die_of(outcome->status);
    return outcome->status == 0 && !written ? EXIT_OURS : outcome->status;
}

int run_main(int argc, char **argv)
{
    static struct run run;
    int status;
    if (!options_read(argc, argv, &run.options, &status))
        return status;
    if (!read_environment(&run) || !prepare(&run))
        return EXIT_OURS;
    status = start(&run);
    if (status != EXIT_SUCCESS)
        return status;
    wait_for_end(&run);
    bool written = write_all(&run);
    status = finish(&run, written);
    sites_close(run.sites);
    suppressions_free(run.suppressions);
    explore_run_close(run.explore);
    layout_run_close(run.layout);
    outcome_free(&run.outcome);
    return status;
}
