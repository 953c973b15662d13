/* SPDX-License-Identifier: MIT */
#include "judge/judge_run.h"

#include "base/duration.h"
#include "base/message.h"
#include "base/text.h"
#include "engines/tracer.h"
#include "judge/call_names.h"
#include "judge/judge_group.h"
#include "judge/judge_own.h"
#include "judge/judge_stack.h"
#include "judge/judge_start.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 2000, MOST_REPORTED = 1000, MOST_ROWS = 1000, MOST_FAULTS = 100 };
static const uint64_t uncharged = 32 << 20;
static const uint64_t second = 1000000000, least_pause = 1000000, most_pause = 20000000;
/* Who reads the rest of what a submission wrote that we ended has so long to do so. */
static const uint64_t patience = 100000000;

struct run {
    const struct judge_options *options;
    const struct policy *policy;
    struct judge_result *result;
    struct tracer *tracer;
    struct judge_program program;
    struct judge_files files;
    struct policy_filter filter;
    struct judge_output output;
    struct held_child started;
    struct judge_group group;
    sigset_t signals;
    uint64_t began, cpu_before; /* when it became the program; 0: not yet */
    unsigned faults;            /* SIGSEGV, which it may handle */
};

/* The first cause is the one. */
static void end(struct run *run, enum judge_cause cause)
{
    if (run->result->cause == JUDGE_ENDED_ITSELF)
        run->result->cause = cause;
    tracer_kill(run->tracer, SIGKILL);
}

static enum tracer_decision forbid(struct run *run, const struct tracer_call *call)
{
    if (run->result->cause == JUDGE_ENDED_ITSELF && run->result->forbidden.line == NULL)
        call_text_make(&run->result->forbidden, call);
    end(run, JUDGE_CALL);
    return TRACER_KILL_ALL;
}

static void report(struct run *run, const struct tracer_call *call)
{
    struct call_text text;
    if (run->result->reported.count < MOST_REPORTED && call_text_make(&text, call)) {
        string_list_add(&run->result->reported, text.line);
        call_text_free(&text);
    }
}

/* What is said of a call counts where another makes it, too. */
static const struct policy_rule *decide(const struct policy *policy, const char *name,
                                        const struct tracer_call *call)
{
    const char *within = call_name_within(name, call->args);
    const struct policy_rule *inner = within != NULL ? policy_decide(policy, within, NULL) : NULL;
    if (inner != NULL && inner != &policy->otherwise)
        return inner;
    return policy_decide(policy, name, call->args);
}

static enum tracer_decision on_call(void *context, const struct tracer_call *call, int64_t *answer)
{
    struct run *run = context;
    char name[CALL_NAME_ROOM];
    enum tracer_decision decision = TRACER_GO_ON;
    if (!tracer_has_begun(run->tracer)) /* our own, until exec */
        return TRACER_GO_ON;
    call_name(call->arch, call->number, name);
    const struct policy_rule *rule = decide(run->policy, name, call);
    switch (rule->action) {
    case POLICY_ALLOW: return TRACER_GO_ON;
    case POLICY_REPORT: report(run, call); return TRACER_GO_ON;
    case POLICY_DENY: *answer = -rule->error; return TRACER_ANSWER;
    case POLICY_FILES:
        return judge_files_decide(&run->files, call, name, &decision, answer) ? decision
                                                                              : forbid(run, call);
    case POLICY_OWN:
        *answer = -rule->error;
        return judge_own_is(run->tracer, call, name) ? TRACER_GO_ON
               : rule->error != 0                    ? TRACER_ANSWER
                                                     : forbid(run, call);
    default: return forbid(run, call);
    }
}

static void on_signal(void *context, int tid, int signal)
{
    struct run *run = context;
    if (signal == SIGSEGV && run->faults++ < MOST_FAULTS)
        run->result->stack_overflow |= judge_stack_overflowed(tid);
    if (signal == SIGXFSZ && run->options->output_limit != JUDGE_NO_LIMIT)
        end(run, JUDGE_OUTPUT);
}

static void on_child(void *context, unsigned processes, unsigned threads)
{
    struct run *run = context;
    if (processes > (unsigned)run->options->processes || threads > MOST_THREADS)
        end(run, JUDGE_PROCESSES);
}

static void on_begin(void *context)
{
    struct run *run = context;
    run->began = duration_now();
    run->cpu_before = tracer_cpu(run->tracer);
}

/* Bytes that may be in memory: what is charged, a stack, tables, and files. UINT64_MAX: any. */
static uint64_t most_resident(const struct run *run)
{
    uint64_t limit = run->options->limit, most;
    if (__builtin_add_overflow(limit, limit / 8, &most) ||
        __builtin_add_overflow(most, run->options->stack, &most) ||
        __builtin_add_overflow(most, uncharged, &most))
        return UINT64_MAX;
    return most;
}

/* What is in memory beyond what was charged came there by a way that no call shows. */
static bool has_too_much(const struct run *run)
{
    return tracer_resident(run->tracer) > most_resident(run);
}

/* Each process has a stack. */
static uint64_t most_in_group(const struct run *run)
{
    uint64_t most, stacks;
    if (__builtin_mul_overflow(run->options->stack, (uint64_t)run->options->processes, &stacks) ||
        __builtin_add_overflow(most_resident(run), stacks, &most) ||
        __builtin_add_overflow(most, uncharged, &most))
        return UINT64_MAX;
    return most;
}

/* Of processes that have ended only sums are kept: there may be very many. */
static void merge_rows(struct outcome *outcome)
{
    struct process *sum = outcome->processes;
    if (outcome->process_count < MOST_ROWS)
        return;
    for (size_t i = 1; i < outcome->process_count; i++) {
        struct process *row = &outcome->processes[i];
        bool first = row->first.call != NULL &&
                     (sum->first.call == NULL || row->first.when < sum->first.when);
        sum->first = first ? row->first : sum->first;
        sum->refusals += row->refusals;
        sum->peak = row->peak > sum->peak ? row->peak : sum->peak;
        process_free(row);
    }
    outcome->process_count = 1;
}

static void look_at_limits(struct run *run)
{
    if (run->began == 0)
        return;
    struct judge_result *result = run->result;
    result->cpu = tracer_cpu(run->tracer) - run->cpu_before;
    result->wall = duration_now() - run->began;
    if (judge_output_is_over(&run->output))
        end(run, JUDGE_OUTPUT);
    else if (result->cpu > run->options->time)
        end(run, JUDGE_CPU);
    else if (result->wall > run->options->wall)
        end(run, JUDGE_WALL);
    else if (has_too_much(run))
        end(run, JUDGE_MEMORY);
    merge_rows(&result->outcome);
}

/* The soonest that a limit can be passed: by all processors at once. */
static uint64_t pause_of(const struct run *run)
{
    static long processors;
    if (processors == 0)
        processors = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
    const struct judge_result *result = run->result;
    uint64_t pause = most_pause;
    if (run->options->time != JUDGE_NO_LIMIT && result->cpu <= run->options->time) {
        uint64_t left = (run->options->time - result->cpu) / (uint64_t)processors;
        pause = left < pause ? left : pause;
    }
    if (run->options->wall != JUDGE_NO_LIMIT && result->wall <= run->options->wall) {
        uint64_t left = run->options->wall - result->wall;
        pause = left < pause ? left : pause;
    }
    return pause < least_pause ? least_pause : pause;
}

static void wait_a_while(struct run *run)
{
    siginfo_t info;
    uint64_t pause = pause_of(run);
    struct timespec time = {(time_t)(pause / second), (long)(pause % second)};
    if (sigtimedwait(&run->signals, &info, &time) <= 0 || info.si_signo == SIGCHLD)
        return;
    run->result->signal = info.si_signo;
    end(run, JUDGE_ENDED_ITSELF);
}

static void watch(struct run *run)
{
    uint64_t looked = 0;
    for (;;) {
        tracer_attend(run->tracer);
        bool over = tracer_has_ended(run->tracer, &run->result->status);
        uint64_t now = duration_now();
        if (over || now - looked >= least_pause || judge_output_is_over(&run->output)) {
            look_at_limits(run);
            looked = now;
        }
        if (over)
            return;
        wait_a_while(run);
    }
}

static bool prepare(struct run *run)
{
    const struct tracer_options options = {
        .limit = UINT64_MAX,
        .tree_limit = run->options->limit,
        .count_stacks = true,
        .keep_written = true,
        .count_cpu = true,
        .on_call = on_call,
        .on_signal = on_signal,
        .on_child = on_child,
        .on_begin = on_begin,
        .context = run,
    };
    const char *why;
    if (!tracer_available(&why)) {
        message("judge: there is no ptrace engine here: %s", why);
        return false;
    }
    bool confine = policy_has(run->policy, POLICY_FILES);
    if (!judge_files_open(&run->files, &run->options->reads, &run->program.files, confine) ||
        !policy_filter_make(&run->filter, run->policy, run->program.arch))
        return false;
    run->tracer = tracer_open(&options, &run->result->outcome);
    if (run->tracer != NULL && judge_output_open(&run->output, run->options->output_limit))
        return true;
    message("judge: %s", strerror(run->tracer == NULL ? ENOMEM : errno));
    return false;
}

/* From here on nobody but root looks into us; and what it leaves behind is ours to wait for. */
static void harden(void)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* What `compute` allows shows in the counts of a process, and to be put into a group takes 10 ms.
 */
static bool start(struct run *run)
{
    const struct judge_start start = {
        .options = run->options,
        .program = &run->program,
        .files = &run->files,
        .filter = &run->filter,
        .output = &run->output,
    };
    bool made = judge_start(&start, &run->started);
    harden();
    if (made && strcmp(run->options->policy, "compute") != 0)
        judge_group_open(&run->group, most_in_group(run), run->started.pid);
    if (made && tracer_seize(run->tracer, run->started.pid) && judge_output_begin(&run->output) &&
        held_child_let_go(&run->started))
        return true;
    message("judge: the submission cannot be started: %s", strerror(errno));
    if (made)
        held_child_drop(&run->started);
    return false;
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* One that is ignored comes to who waits for it, too. */
static void block_signals(struct run *run)
{
    static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(&run->signals);
    sigaddset(&run->signals, SIGCHLD);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (!is_ignored(ours[i]))
            sigaddset(&run->signals, ours[i]);
    sigprocmask(SIG_BLOCK, &run->signals, NULL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static bool failed(const struct judge_result *result)
{
    return !WIFEXITED(result->status) || WEXITSTATUS(result->status) != 0;
}

/* All is dead from here on, and what is still in the pipes is passed on. */
static void finish(struct run *run)
{
    struct judge_result *result = run->result;
    result->unwatched = result->outcome.warning_count > 0;
    tracer_close(run->tracer);
    run->tracer = NULL;
    if (result->cause == JUDGE_ENDED_ITSELF && failed(result) &&
        judge_group_has_killed(&run->group))
        result->cause = JUDGE_MEMORY;
    judge_group_close(&run->group);
    bool ended_itself = result->cause == JUDGE_ENDED_ITSELF;
    bool all = judge_output_end(&run->output, ended_itself ? run->options->wall : patience);
    if (ended_itself && judge_output_is_over(&run->output))
        result->cause = JUDGE_OUTPUT;
    else if (ended_itself && !all)
        result->cause = JUDGE_WALL; /* what it wrote was not read in time */
}

/* An image that is too large for the kernel itself is refused by it, which nobody tells. False: it
 * never became the program, and that was said. */
static bool has_begun(struct run *run)
{
    bool too_large = run->program.data > run->options->limit;
    if (too_large)
        run->result->static_data = run->program.data;
    if (run->result->outcome.process_count > 0 || too_large || WIFSIGNALED(run->result->status))
        return true;
    message("%s: it could not be begun", run->options->argv[0]);
    return false;
}

static int run_it(struct run *run)
{
    if (!start(run))
        return EXIT_OURS;
    watch(run);
    int status = judge_start_result(&run->started, run->options->argv[0]);
    finish(run);
    return status != 0 || has_begun(run) ? status : EXIT_OURS;
}

int judge_run(const struct judge_options *options, const struct policy *policy,
              struct judge_result *result)
{
    struct run run = {.options = options, .policy = policy, .result = result};
    *result = (struct judge_result){.outcome = {.argv = options->argv,
                                                .name = text_last_part(options->argv[0]),
                                                .limit = UINT64_MAX,
                                                .tree_limit = options->limit}};
    block_signals(&run);
    run.files.ruleset = -1;
    int status = judge_program_find(&run.program, options->argv[0]);
    if (status == 0)
        status = prepare(&run) ? run_it(&run) : EXIT_OURS;
    if (run.tracer != NULL)
        tracer_close(run.tracer);
    judge_group_close(&run.group);
    judge_files_close(&run.files);
    policy_filter_free(&run.filter);
    judge_program_free(&run.program);
    return status;
}

void judge_result_free(struct judge_result *result)
{
    call_text_free(&result->forbidden);
    string_list_free(&result->reported);
    outcome_free(&result->outcome);
}
