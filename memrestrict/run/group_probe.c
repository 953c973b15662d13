/* SPDX-License-Identifier: MIT */
#include "run/group_probe.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void lie_still(int command, char *last)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != command)
        _exit(0);
    prctl(PR_SET_NAME, "witness");
    char *first = program_invocation_name;
    if (last > first)
        memset(first, 0, (size_t)(last - first) + strlen(last));
    close_range(0, ~0u, 0);
    for (;;)
        pause();
}

int witness_make(char *last)
{
    int command = getpid(), witness = fork();
    if (witness == 0)
        lie_still(command, last);
    return witness > 0 ? witness : 0;
}

static uint64_t pending(int witness)
{
    char path[32], line[256];
    unsigned long long set = 0;
    snprintf(path, sizeof path, "/proc/%d/status", witness);
    FILE *file = witness != 0 ? fopen(path, "re") : NULL;
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL && sscanf(line, "ShdPnd: %llx", &set) != 1)
        ;
    fclose(file);
    return set;
}

bool witness_has(int witness, int signal) { return pending(witness) >> (signal - 1) & 1; }
bool witness_has_any(int witness) { return pending(witness) != 0; }

void witness_end(int witness)
{
    if (witness == 0)
        return;
    kill(witness, SIGKILL);
    while (waitpid(witness, NULL, 0) < 0 && errno == EINTR)
        ;
}
