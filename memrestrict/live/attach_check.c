/* SPDX-License-Identifier: MIT */
#include "live/attach_check.h"

#include "base/elf_file.h"
#include "base/message.h"
#include "base/proc_status.h"
#include "base/yama.h"
#include "common/proc.h"
#include "engines/engine.h"
#include "live/find_runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 64 };

static bool is_there(int pid)
{
    struct proc_stat stat;
    int error = proc_stat_of(pid, &stat), group = error == 0 ? proc_status_number(pid, "Tgid:") : 0;
    if (error == -ENOENT || error == -ESRCH)
        message("attach: %d: there is no such process", pid);
    else if (error != 0)
        message("attach: %d: it cannot be looked at: %s", pid, strerror(-error));
    else if (group != 0 && group != pid)
        message("attach: %d: this is a thread; accepted: %d, its process", pid, group);
    else if (stat.state == 'Z' && stat.threads <= 1)
        message("attach: %d: it has ended, and its parent has not waited for it yet", pid);
    else if (pid == getpid())
        message("attach: %d: this is the command itself", pid);
    else
        return true;
    return false;
}

/* The file of its program is known only of what has one, though we may not be told. */
static bool has_program(const char *threads, int thread)
{
    char path[2 * PATH_ROOM], exe[8];
    snprintf(path, sizeof path, "%s/%d/exe", threads, thread);
    return readlink(path, exe, sizeof exe) >= 0 || (errno != ENOENT && errno != ESRCH);
}

int attach_check_thread(int pid)
{
    char path[PATH_ROOM];
    struct dirent *entry;
    int thread = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    while (threads != NULL && thread == 0 && (entry = readdir(threads)) != NULL) {
        int number = atoi(entry->d_name);
        if (number > 0 && has_program(path, number))
            thread = number;
    }
    if (threads != NULL)
        closedir(threads);
    return thread;
}

/* In the middle of exec there may be none for a moment. */
static bool has_memory(int pid)
{
    enum { TRIES = 20 };
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    for (int i = 0; i < TRIES; i++) {
        if (attach_check_thread(pid) != 0)
            return true;
        nanosleep(&moment, NULL);
    }
    if (is_there(pid))
        message("attach: %d: this is a thread of the kernel: it has no memory of its own", pid);
    return false;
}

static bool is_traced(int pid)
{
    struct proc_stat stat;
    int tracer = proc_status_number(pid, "TracerPid:");
    if (tracer == 0)
        return false;
    int process = proc_status_number(tracer, "Tgid:");
    bool known = process != 0 && proc_stat_of(process, &stat) == 0;
    message("attach: %d: it is traced already, by %s (%d), and only one can", pid,
            known ? stat.name : "a process of another namespace", known ? process : tracer);
    return true;
}

/* The library does it better: by the byte, and at no cost. */
static bool is_in_run(int pid)
{
    struct found_runs found;
    struct roster_process process;
    bool is_in = false;
    if (!find_runs_open(&found))
        return true;
    for (size_t i = 0; i < found.count && !is_in; i++) {
        const struct found_run *run = &found.runs[i];
        is_in = run->command == pid;
        for (unsigned at = 0; !is_in && find_runs_next(run, &at, &process); at++)
            is_in = process.pid == pid;
        if (is_in && run->card.engine == NULL)
            message("attach: %d: it is in the run of %d, whose limit can be changed; accepted: "
                    "memrestrict set %d SIZE",
                    pid, run->command, pid);
        else if (is_in)
            message("attach: %d: this is a memrestrict itself, which limits others", pid);
    }
    find_runs_close(&found);
    return is_in;
}

static bool is_of_this_machine(int pid)
{
    char path[PATH_ROOM];
    struct elf_file file;
    GElf_Ehdr header;
    bool known = true;
    snprintf(path, sizeof path, "/proc/%d/exe", attach_check_thread(pid));
    if (!elf_file_open(&file, path))
        return true; /* the kernel will say more */
    if (elf_file_header(&file, &header))
#if defined(__x86_64__)
        known = header.e_machine == EM_X86_64 || header.e_machine == EM_386;
#elif defined(__aarch64__)
        known = header.e_machine == EM_AARCH64;
#else
        known = false;
#endif
    elf_file_close(&file);
    if (!known)
        message("attach: %d: its program is for a kind of machine whose calls are not known here",
                pid);
    return known;
}

static bool has_library(int pid)
{
    char path[PATH_ROOM], line[4300];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/maps", attach_check_thread(pid));
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = strstr(line, "/libmemrestrict.so") != NULL;
    if (file != NULL)
        fclose(file);
    return found;
}

bool attach_check(int pid, struct outcome *outcome)
{
    const char *why;
    if (!engine_ptrace.available(&why)) {
        message("attach: not to be had here: %s", why);
        return false;
    }
    if (!is_there(pid) || !has_memory(pid) || is_traced(pid) || is_in_run(pid) ||
        !is_of_this_machine(pid))
        return false;
    if (has_library(pid))
        outcome_warn(outcome, "the library is in it, and may limit it as well");
    return true;
}

static bool is_others(int pid)
{
    char path[PATH_ROOM];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d", pid);
    return geteuid() != 0 && stat(path, &status) == 0 && status.st_uid != geteuid();
}

void attach_check_say_refused(int pid, int error)
{
    if (error == ESRCH)
        message("attach: %d: it has ended meanwhile", pid);
    else if (error == EACCES)
        message("attach: %d: its mappings cannot be read", pid);
    else if (error != EPERM)
        message("attach: %d: %s", pid, strerror(error));
    else if (is_traced(pid))
        return;
    else if (is_others(pid))
        message("attach: %d: it is another user's, or had privileges of its own", pid);
    else if (yama_scope() != 0)
        message("attach: %d: kernel.yama.ptrace_scope is %d, with which only %s may trace it", pid,
                yama_scope(), yama_words(yama_scope()));
    else
        message("attach: %d: the kernel does not let it be traced: Operation not permitted", pid);
}
