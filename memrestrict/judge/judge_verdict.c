/* SPDX-License-Identifier: MIT */
#include "judge/judge_verdict.h"

#include "base/duration.h"
#include "base/size_words.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <sys/wait.h>

static bool was_refused(const struct judge_result *result)
{
    return outcome_refusals(&result->outcome) > 0 || result->static_data > 0;
}

enum judge_verdict judge_verdict(const struct judge_result *result)
{
    static const enum judge_verdict verdicts[] = {
        [JUDGE_MEMORY] = VERDICT_MEMORY_LIMIT,     [JUDGE_CPU] = VERDICT_TIME_LIMIT,
        [JUDGE_WALL] = VERDICT_TIME_LIMIT,         [JUDGE_OUTPUT] = VERDICT_OUTPUT_LIMIT,
        [JUDGE_PROCESSES] = VERDICT_PROCESS_LIMIT, [JUDGE_CALL] = VERDICT_FORBIDDEN_CALL,
    };
    if (result->cause != JUDGE_ENDED_ITSELF)
        return verdicts[result->cause];
    if (WIFEXITED(result->status) && WEXITSTATUS(result->status) == 0)
        return VERDICT_OK;
    return was_refused(result) ? VERDICT_MEMORY_LIMIT : VERDICT_RUNTIME_ERROR;
}

const char *judge_verdict_id(enum judge_verdict verdict)
{
    static const char *const ids[] = {"ok",
                                      "memory-limit",
                                      "time-limit",
                                      "output-limit",
                                      "process-limit",
                                      "runtime-error",
                                      "forbidden-call"};
    return ids[verdict];
}

static void write_end(FILE *file, const struct judge_result *result)
{
    char room[SIGNAL_ROOM];
    if (WIFEXITED(result->status))
        fprintf(file, "exit %d", WEXITSTATUS(result->status));
    else
        fprintf(file, "killed by %s", sentence_signal(WTERMSIG(result->status), room));
    if (result->stack_overflow)
        fputs(", stack overflow", file);
}

static void write_refusals(FILE *file, const struct judge_result *result)
{
    char room[SIZE_ROOM];
    uint64_t count = outcome_refusals(&result->outcome);
    const struct process *first = outcome_first_refused(&result->outcome);
    if (count == 0 || first == NULL) {
        fprintf(file, "static data of %s", size_words(result->static_data, room));
        return;
    }
    fprintf(file, "refused %" PRIu64 " allocation%s (first: ", count, count == 1 ? "" : "s");
    struct refusal refusal = first->first;
    refusal.by_tree = false; /* there is but one limit */
    sentence_refusal(file, &refusal);
    fputc(')', file);
}

/* What is special to the verdict. */
static void write_reason(FILE *file, const struct judge_result *result, enum judge_verdict verdict)
{
    bool refused = was_refused(result);
    switch (verdict) {
    case VERDICT_FORBIDDEN_CALL:
        fputs(result->forbidden.line != NULL ? result->forbidden.line : "no memory for its name",
              file);
        break;
    case VERDICT_TIME_LIMIT: fputs(result->cause == JUDGE_CPU ? "cpu" : "wall", file); break;
    case VERDICT_OUTPUT_LIMIT: fputs("it wrote more", file); break;
    case VERDICT_PROCESS_LIMIT: fputs("it began one more", file); break;
    default:
        if (result->cause == JUDGE_MEMORY)
            fputs("more in memory than was charged, ", file);
        write_end(file, result);
    }
    if (refused) {
        fputs(", ", file);
        write_refusals(file, result);
    }
}

static void write_time(FILE *file, const char *name, uint64_t nanoseconds)
{
    fprintf(file, "%s ", name);
    duration_write(file, nanoseconds);
    fputs(" s", file);
}

void judge_verdict_write(FILE *file, const struct judge_result *result)
{
    char room[SIZE_PAIR_ROOM];
    const struct outcome *outcome = &result->outcome;
    enum judge_verdict verdict = judge_verdict(result);
    fprintf(file, "%s: ", judge_verdict_id(verdict));
    write_reason(file, result, verdict);
    write_time(file, " (cpu", result->cpu);
    write_time(file, ", wall", result->wall);
    fprintf(file, ", peak %s)", size_pair(outcome_peak(outcome), outcome->tree_limit, room));
}
