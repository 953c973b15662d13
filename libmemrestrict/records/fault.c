/* SPDX-License-Identifier: MIT */
#include "records/fault.h"

#include "common/accounts.h"
#include "ground/guard.h"
#include "ground/thread_end.h"
#include "records/match.h"
#include "common/plan.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

struct state {
    _Atomic uint64_t matched, faults;
    _Atomic bool armed, kept;
};

/* Plans that were given together. */
struct fault_set {
    struct plans plans;
    struct state states[PLAN_MOST];
    struct match match;
};

bool fault_on;

static LARGE_ZEROS struct {
    struct fault_set set;
    const char *executable;
    bool numbers_threads;
    _Atomic unsigned last_thread;
    _Atomic uint32_t *process; /* see fault_follow */
    const _Atomic uint32_t *run;
} plan;

static uint64_t scramble(uint64_t word)
{
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

/* Arming */

static bool is_set(void)
{
    uint32_t own = plan.process != NULL ? atomic_load(plan.process) : ACCOUNT_AS_RUN;
    uint32_t all = plan.run != NULL ? atomic_load(plan.run) : ACCOUNT_AS_RUN;
    return (own != ACCOUNT_AS_RUN ? own : all) == ACCOUNT_ARMED;
}

static bool is_armed(const struct plan *of, struct state *state)
{
    if (of->arm == PLAN_FROM_SET)
        return is_set();
    if (LIKELY(atomic_load_explicit(&state->armed, memory_order_relaxed)))
        return true;
    if (of->arm != PLAN_FROM_FILE || !kernel_exists(plan.set.plans.text + of->path.at))
        return false;
    atomic_store(&state->armed, true);
    return true;
}

static void arm(enum plan_arm how, int signal)
{
    for (unsigned i = 0; i < plan.set.plans.count; i++)
        if (plan.set.plans.of[i].arm == how &&
            (how != PLAN_FROM_SIGNAL || plan.set.plans.of[i].signal == signal))
            atomic_store(&plan.set.states[i].armed, true);
}

static void on_signal(int number) { arm(PLAN_FROM_SIGNAL, number); }

void fault_reach_main(void) { arm(PLAN_FROM_MAIN, 0); }

bool fault_can_arm(void)
{
    for (unsigned i = 0; i < plan.set.plans.count; i++)
        if (plan.set.plans.of[i].arm == PLAN_FROM_SET)
            return true;
    return false;
}

void fault_follow(_Atomic uint32_t *process, const _Atomic uint32_t *run)
{
    if (plan.process != NULL && atomic_load(plan.process) != ACCOUNT_AS_RUN)
        atomic_store(process, atomic_load(plan.process));
    plan.process = process;
    plan.run = run;
}

/* Triggers */

static bool triggers_agree(const struct plan *of, uint64_t number)
{
    const struct plan_range *nth = &of->nth;
    return number >= nth->first && number <= nth->last && (number - nth->first) % nth->step == 0 &&
           number > of->after && (of->every == 0 || number % of->every == 0) &&
           (!of->random || scramble(scramble(of->seed) + number * UINT64_C(0x9e3779b97f4a7c15)) >>
                               32 < of->chance);
}

static bool take_one(const struct plan *of, struct state *state)
{
    uint64_t faults = atomic_load(&state->faults);
    while (faults < of->most)
        if (atomic_compare_exchange_weak(&state->faults, &faults, faults + 1))
            return true;
    return false;
}

/* `all`: whatever it is, if it is a call that the plan is about. */
static bool matches(const struct plan *of, struct state *state, struct moment *moment, bool all)
{
    return all ? match_call(of, moment) && is_armed(of, state)
               : match_quickly(of, moment) && is_armed(of, state) && match_filters(of, moment);
}

/* The number of the call, if this plan says that it fails; else 0. */
static uint64_t strikes(const struct plan *of, struct state *state, struct moment *moment)
{
    bool kept = (of->keep || of->rest) && atomic_load(&state->kept);
    if (atomic_load_explicit(&state->faults, memory_order_relaxed) >= of->most ||
        !matches(of, state, moment, kept && of->rest))
        return 0;
    uint64_t number = atomic_fetch_add(&state->matched, 1) + 1;
    if ((!kept && !triggers_agree(of, number)) || !take_one(of, state))
        return 0;
    if (of->keep || of->rest)
        atomic_store(&state->kept, true);
    return number;
}

static bool set_strikes(struct fault_set *set, enum call call, uint64_t size,
                        const struct stack_at *from, struct fault *fault)
{
    struct moment moment;
    moment.match = &set->match;
    moment.call = call;
    moment.size = size;
    moment.from = from;
    moment.walked = moment.looked = false;
    moment.length = 0;
    moment.patterns = 0;
    fault->number = 0;
    for (unsigned i = 0; i < set->plans.count; i++) {
        uint64_t number = strikes(&set->plans.of[i], &set->states[i], &moment);
        if (number == 0 || fault->number != 0)
            continue;
        fault->number = number;
        fault->site = match_site(&moment, set->plans.of[i].depth);
    }
    return fault->number != 0;
}

bool fault_strikes(enum call call, uint64_t size, const struct stack_at *from, struct fault *fault)
{
    struct fault_set *own = guard.faults;
    return (UNLIKELY(own != NULL) && set_strikes(own, call, size, from, fault)) ||
           (fault_on && set_strikes(&plan.set, call, size, from, fault));
}

unsigned fault_next_thread(void)
{
    return plan.numbers_threads ? atomic_fetch_add(&plan.last_thread, 1) + 1 : 0;
}

void fault_fork_child(void)
{
    if (!fault_on)
        return;
    guard.thread = 0;
    atomic_store(&plan.last_thread, 1);
}

/* Start */

static void say(const char *words)
{
    struct text text = {.length = 0};
    text_add(&text, "memrestrict: ");
    text_add_quoted(&text, plan.executable, strlen(plan.executable));
    text_add(&text, " (process ");
    text_add_number(&text, (uint64_t)kernel_pid());
    text_add(&text, "): MEMRESTRICT_FAULT: ");
    text_add(&text, words);
    text_add_char(&text, '\n');
    writer_stderr(&text);
}

static void make_seed(void)
{
    struct text words = {.length = 0};
    uint32_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL)
        memcpy(&seed, random, sizeof seed);
    text_add(&words, "without a seed; made seed=");
    text_add_number(&words, seed);
    text_add_char(&words, '\0');
    for (unsigned i = 0; i < plan.set.plans.count; i++)
        if (!plan.set.plans.of[i].seeded)
            plan.set.plans.of[i].seed = seed + i;
    say(words.bytes);
}

static void arm_by_signal(int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(number, &action, NULL);
}

/* What a plan needs beside itself. */
static void prepare(struct plan *of, struct state *state)
{
    atomic_store(&state->armed, of->arm == PLAN_FROM_START);
    if (of->arm == PLAN_FROM_SIGNAL)
        arm_by_signal(of->signal);
    if (of->arm == PLAN_FROM_FILE) /* what comes after it is read already */
        plan.set.plans.text[of->path.at + of->path.length] = '\0';
    for (unsigned i = 0; i < of->thread_count; i++)
        plan.numbers_threads |= of->threads[i].who == PLAN_NUMBER;
}

bool fault_start(const struct config *config, const char *executable, struct text *complaint)
{
    struct plan_error error;
    plan.executable = executable;
    if (!plan_read(&plan.set.plans, config->fault, &error)) {
        plan_explain(complaint, "MEMRESTRICT_FAULT", config->fault, &error);
        return false;
    }
    if (plan_wants_seed(&plan.set.plans))
        make_seed();
    plan.last_thread = 1;
    for (unsigned i = 0; i < plan.set.plans.count; i++)
        prepare(&plan.set.plans.of[i], &plan.set.states[i]);
    if (!match_start(&plan.set.match, &plan.set.plans, executable))
        say("call stacks cannot be taken here: what lib=, caller= or site= selects never fails");
    fault_on = true;
    return true;
}

/* A thread's own */

static const char *const at_once = "no arm=: it is armed at once";

static bool read_own(struct fault_set *set, const char *text, const char **accepted)
{
    struct plan_error error = {.accepted = "a shorter one"};
    if (strlen(text) >= PLAN_TEXT || !plan_read(&set->plans, text, &error)) {
        *accepted = error.accepted;
        return false;
    }
    for (unsigned i = 0; i < set->plans.count; i++) {
        if (set->plans.of[i].arm != PLAN_FROM_START)
            *accepted = at_once;
        atomic_store(&set->states[i].armed, true);
    }
    return *accepted == NULL;
}

static _Atomic unsigned end_key = UINT_MAX; /* the thread's end disarms; UINT_MAX: none yet */

static void end_thread(void *unused)
{
    (void)unused;
    fault_disarm_thread();
}

bool fault_arm_thread(const char *text, const char *executable, const char **accepted)
{
    struct fault_set *set = kernel_pages(sizeof *set);
    *accepted = NULL;
    if (set == NULL)
        return false;
    bool known = read_own(set, text, accepted) && match_start(&set->match, &set->plans, executable);
    if (!known) {
        match_end(&set->match);
        kernel_pages_free(set, sizeof *set);
        return false;
    }
    fault_disarm_thread();
    guard.faults = set;
    thread_end_note(&end_key, end_thread, set);
    return true;
}

uint64_t fault_disarm_thread(void)
{
    struct fault_set *set = guard.faults;
    uint64_t faults = 0;
    guard.faults = NULL;
    if (set == NULL)
        return 0;
    for (unsigned i = 0; i < set->plans.count; i++)
        faults += atomic_load(&set->states[i].faults);
    match_end(&set->match);
    kernel_pages_free(set, sizeof *set);
    return faults;
}
