/* SPDX-License-Identifier: MIT */
#include "decide/exec_note.h"

#include "common/kernel.h"
#include "common/span.h"
#include "common/traced_filter.h"
#include "decide/membership.h"
#include "ground/kernel_exec.h"
#include "ground/program_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

static const char shell[] = "/bin/sh";

static enum exec_kind kind_of(const struct program_file *file, const struct exec_lack *lack)
{
    if (lack->fate != EXEC_REPLACED)
        return file->kind;
    return lack->unreachable ? EXEC_OUT_OF_REACH : EXEC_CLEANED;
}

/* Does the command limit what the library does not get into, and is it to be asked? Not if it does
 * not see us as we do, and would take another; nor of what has another preload on purpose, or would
 * lose its privileges. A command that was killed has not taken its offer back. */
static bool is_asked(const struct accounts *accounts, const struct exec_note *note)
{
    bool beyond = note->kind == EXEC_STATIC || note->kind == EXEC_OTHER_CLASS ||
                  note->kind == EXEC_OTHER_MACHINE || note->kind == EXEC_OUT_OF_REACH;
    return beyond && (atomic_load(&accounts->takes) & ACCOUNTS_TAKES) &&
           accounts_can_judge(accounts) && !accounts_command_is_gone(accounts);
}

static bool is_gone(const void *accounts) { return accounts_command_is_gone(accounts); }

/* By ptrace, which stops it at every call unless it has a filter. The filter is for this process,
 * so it stays away where a child is to be the program. */
static void hand_over(struct accounts *accounts, struct exec_note *note, bool spawned)
{
    struct traced_filter filter;
    atomic_fetch_add(&accounts->notes.asked, 1);
    kernel_tell(accounts->command, SIGCHLD);
    if (!exec_note_is_taken(note, is_gone, accounts) || spawned)
        return;
    traced_filter_build(&filter);
    kernel_filter(filter.code, filter.length);
}

static void write_note(struct exec_begun *begun, const struct exec_call *call, const char *path,
                       const struct program_file *file, unsigned flags)
{
    struct accounts *accounts = membership_accounts();
    int pid = kernel_pid();
    if (accounts == NULL)
        return;
    struct exec_note *note =
        exec_notes_begin(&accounts->notes, call->spawned ? 0 : pid, &begun->number);
    if (note == NULL)
        return;
    note->parent = call->spawned ? pid : kernel_parent();
    note->start_time = call->spawned ? 0 : membership_start_time(pid);
    note->when = kernel_clock();
    note->joined = atomic_load(&accounts->joined);
    note->kind = kind_of(file, &begun->lack);
    note->flags = flags | (file->is_script ? EXEC_SCRIPT : 0) | (call->spawned ? EXEC_SPAWNED : 0) |
                  (begun->lack.fate == EXEC_LACKS ? EXEC_PUT_BACK : 0) |
                  (membership_can_be_had() ? 0 : EXEC_ALONE);
    exec_note_set_path(note->path, EXEC_NOTE_PATH, path);
    exec_note_set_path(note->interpreter, EXEC_NOTE_INTERPRETER, file->interpreter);
    bool asks = is_asked(accounts, note);
    note->thread = kernel_thread();
    atomic_store(&note->handed, asks ? EXEC_ASKS : EXEC_NOT_ASKED);
    exec_note_publish(note, begun->number);
    begun->note = note;
    if (asks)
        hand_over(accounts, note, call->spawned);
}

/* The file has been found, or is what it is without a search. */
static void begin_at(struct exec_begun *begun, const struct exec_call *call, const char *path)
{
    struct program_file file;
    if (!program_file_look(&file, call->folder, path, call->flags) ||
        (file.missing && !call->moved))
        return;
    if (file.is_text && call->by_shell) {
        program_file_look(&file, AT_FDCWD, shell, 0);
        file.is_script = true;
        exec_note_set_path(file.interpreter, EXEC_NOTE_INTERPRETER, shell);
    }
    begun->lack = exec_environment_look(call->environment, file.kind);
    write_note(begun, call, path, &file, 0);
}

static bool is_program(const char *path)
{
    struct kernel_status status;
    return kernel_can_execute(path) &&
           (!kernel_status(AT_FDCWD, path, 0, &status) || S_ISREG(status.mode));
}

/* The first that execve would not refuse: as good as always the one that it takes. */
static void search(struct exec_begun *begun, const struct exec_call *call)
{
    size_t name = strlen(call->path);
    char path[strlen(call->search) + name + 2];
    for (const char *at = call->search;; at++) {
        size_t length = span_until(at, ':');
        memcpy(path, at, length);
        path[length] = '/';
        memcpy(path + length + (length > 0), call->path, name + 1);
        if (is_program(path)) {
            begin_at(begun, call, path);
            return;
        }
        at += length;
        if (*at == '\0')
            return;
    }
}

void exec_begin(struct exec_begun *begun, const struct exec_call *call)
{
    *begun = (struct exec_begun){.lack = {.fate = EXEC_WHOLE}, .becomes = !call->spawned};
    if (begun->becomes)
        membership_note_exec(true);
    if (membership_accounts() == NULL && !exec_environment_is_kept())
        return;
    if (call->search == NULL || strchr(call->path, '/') != NULL)
        begin_at(begun, call, call->path);
    else if (*call->path != '\0')
        search(begun, call);
}

void exec_failed(const struct exec_begun *begun)
{
    if (begun->becomes)
        membership_note_exec(false);
    if (begun->note != NULL)
        exec_note_withdraw(begun->note, begun->number);
}

void exec_spawned(const struct exec_begun *begun, int pid)
{
    if (begun->note != NULL)
        exec_note_set_pid(begun->note, begun->number, pid);
}

void exec_note_shell(char *const *environment)
{
    struct exec_call call = {.folder = AT_FDCWD, .path = shell, .spawned = true};
    struct exec_begun begun = {.note = NULL};
    struct program_file file;
    if (membership_accounts() == NULL || !program_file_look(&file, AT_FDCWD, shell, 0))
        return;
    begun.lack = exec_environment_look(environment, file.kind);
    if (begun.lack.fate == EXEC_LACKS) { /* it cannot be put back there */
        begun.lack.fate = EXEC_REPLACED;
        begun.lack.unreachable = false;
    }
    if (kind_of(&file, &begun.lack) != EXEC_DYNAMIC)
        write_note(&begun, &call, shell, &file, EXEC_SHELL);
}
