/* SPDX-License-Identifier: MIT */
#include "judge/judge.h"

#include "base/message.h"
#include "judge/batch.h"
#include "judge/judge_once.h"

int judge_main(int argc, char **argv)
{
    struct judge_options options;
    struct policy policy;
    int status;
    if (!judge_options_read(argc, argv, &options, &status))
        return status;
    status = EXIT_OURS;
    if (policy_load(&policy, options.policy)) {
        status =
            options.batch != NULL ? batch_run(&options, &policy) : judge_once(&options, &policy);
        policy_free(&policy);
    }
    judge_options_free(&options);
    return status;
}
