/* SPDX-License-Identifier: MIT */
#include "engines/engine.h"

#include <stddef.h>

static bool always(const char **why)
{
    *why = NULL;
    return true;
}

/* What it does is all in the library, and in run/. */
static const struct engine preload = {
    .name = "preload",
    .sees_refusals = true,
    .limits_trees = true,
    .promise = "refuses with ENOMEM, block by block; dynamic programs alone",
    .available = always,
};

const struct engine *engine_of(enum engine_kind kind)
{
    static const struct engine *const engines[] = {
        [ENGINE_AUTO] = NULL,
        [ENGINE_PRELOAD] = &preload,
        [ENGINE_PTRACE] = &engine_ptrace,
        [ENGINE_RLIMIT] = &engine_rlimit,
        [ENGINE_CGROUP] = &engine_cgroup,
    };
    return engines[kind];
}
