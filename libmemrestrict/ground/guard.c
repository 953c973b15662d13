/* SPDX-License-Identifier: MIT */
#include "ground/guard.h"

_Thread_local struct guard guard __attribute__((tls_model("initial-exec")));
