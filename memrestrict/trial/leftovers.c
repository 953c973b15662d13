/* SPDX-License-Identifier: MIT */
#include "trial/leftovers.h"

#include "base/text.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { ROUNDS = 1000 }; /* each ends a generation at least */

void leftovers_claim(bool claim) { prctl(PR_SET_CHILD_SUBREAPER, claim ? 1L : 0L); }

static bool has_folder(int pid, const char *folder)
{
    char path[40], *variable = NULL;
    size_t room = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && getdelim(&variable, &room, '\0', file) > 0)
        found = text_begins(variable, "TMPDIR=") && text_begins(variable + 7, folder);
    if (file != NULL)
        fclose(file);
    free(variable);
    return found;
}

static void end(int pid)
{
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* False: there is nothing left to end. */
static bool end_some(const char *folder, bool (*is_spared)(void *, int), void *context)
{
    FILE *file = fopen("/proc/thread-self/children", "re");
    int pid;
    bool some = false;
    while (file != NULL && fscanf(file, "%d", &pid) == 1) {
        if (is_spared(context, pid) || waitpid(pid, NULL, WNOHANG) == pid)
            continue;
        if (has_folder(pid, folder)) {
            end(pid);
            some = true;
        }
    }
    if (file != NULL)
        fclose(file);
    return some;
}

void leftovers_end(const char *folder, bool (*is_spared)(void *, int), void *context)
{
    for (int round = 0; round < ROUNDS && end_some(folder, is_spared, context); round++)
        ;
}
