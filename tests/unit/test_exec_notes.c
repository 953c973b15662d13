/* SPDX-License-Identifier: MIT
 *
 * Notes of programs that are started: a place is one writer's at a time, whoever dies or comes
 * late.
 */
#include "unit.h"

#include "common/exec_notes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static struct exec_notes notes;

static struct exec_note *write_note(int pid, uint64_t *number)
{
    struct exec_note *note = exec_notes_begin(&notes, pid, number);
    if (note == NULL)
        return NULL;
    note->kind = EXEC_STATIC;
    exec_note_set_path(note->path, EXEC_NOTE_PATH, "/bin/program");
    exec_note_publish(note, *number);
    return note;
}

static unsigned count(void)
{
    struct exec_note copy;
    unsigned found = 0;
    for (unsigned i = 0; i < EXEC_NOTES; i++)
        found += exec_note_read(&notes.of[i], &copy);
    return found;
}

START_TEST(exec_notes_are_read_as_written)
{
    struct exec_note copy;
    uint64_t number;
    struct exec_note *note = write_note(7, &number);
    ck_assert_uint_eq(count(), 1);
    ck_assert(exec_note_read(note, &copy));
    ck_assert_int_eq(exec_note_pid(&copy), 7);
    ck_assert_uint_eq(copy.kind, EXEC_STATIC);
    ck_assert_str_eq(copy.path, "/bin/program");
}
END_TEST

START_TEST(exec_notes_half_written_are_not_read)
{
    struct exec_note copy;
    uint64_t number, state;
    int pid;
    struct exec_note *note = exec_notes_begin(&notes, 7, &number);
    ck_assert(!exec_note_read(note, &copy));
    ck_assert(exec_note_begun(note, &pid, &state));
    ck_assert_int_eq(pid, 7);
    exec_note_drop(note, state);
    exec_note_publish(note, number); /* it was not dead after all, but comes too late */
    ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(exec_notes_are_withdrawn)
{
    uint64_t number;
    struct exec_note *note = write_note(7, &number);
    exec_note_withdraw(note, number);
    ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(exec_notes_withdrawn_late_are_nobody_elses)
{
    struct exec_note copy;
    uint64_t number, others;
    struct exec_note *note = write_note(7, &number), *next = NULL;
    ck_assert(exec_note_read(note, &copy));
    ck_assert(exec_note_free(note, &copy));
    while (next != note)
        ck_assert_ptr_nonnull(next = write_note(8, &others));
    exec_note_withdraw(note, number);
    ck_assert(exec_note_read(note, &copy));
    ck_assert_int_eq(exec_note_pid(&copy), 8);
}
END_TEST

START_TEST(exec_notes_told_late_whose_they_are_are_nobody_elses)
{
    struct exec_note copy;
    uint64_t number, others;
    struct exec_note *note = write_note(0, &number), *next = NULL;
    exec_note_set_pid(note, number, 7);
    ck_assert(exec_note_read(note, &copy));
    ck_assert_int_eq(exec_note_pid(&copy), 7);
    ck_assert(exec_note_free(note, &copy));
    while (next != note)
        ck_assert_ptr_nonnull(next = write_note(0, &others));
    exec_note_set_pid(note, number, 7);
    ck_assert(exec_note_read(note, &copy));
    ck_assert_int_eq(exec_note_pid(&copy), 0);
}
END_TEST

START_TEST(exec_notes_withdrawn_before_they_are_dealt_with)
{
    struct exec_note copy;
    uint64_t number;
    struct exec_note *note = write_note(7, &number);
    ck_assert(exec_note_read(note, &copy));
    exec_note_withdraw(note, number);
    ck_assert(!exec_note_free(note, &copy));
}
END_TEST

START_TEST(exec_notes_beyond_the_last_are_counted)
{
    uint64_t number;
    for (unsigned i = 0; i < EXEC_NOTES; i++)
        ck_assert_ptr_nonnull(write_note(7, &number));
    ck_assert_uint_eq(notes.lost, 0);
    ck_assert_ptr_null(write_note(7, &number));
    ck_assert_uint_eq(notes.lost, 1);
    ck_assert_uint_eq(count(), EXEC_NOTES);
}
END_TEST

START_TEST(exec_notes_keep_the_end_of_a_long_path)
{
    char path[1000], field[EXEC_NOTE_PATH];
    memset(path, 'a', sizeof path);
    strcpy(path + sizeof path - 6, "/name");
    exec_note_set_path(field, sizeof field, path);
    ck_assert_uint_eq(strlen(field), sizeof field - 1);
    ck_assert_str_eq(strrchr(field, '/'), "/name");
}
END_TEST

START_TEST(exec_notes_of_a_hostile_writer_end)
{
    struct exec_note copy;
    uint64_t number;
    struct exec_note *note = write_note(7, &number);
    ck_assert_ptr_nonnull(note);
    memset(note->path, 'x', sizeof note->path);
    memset(note->interpreter, 'x', sizeof note->interpreter);
    note->kind = 4711;
    ck_assert(exec_note_read(note, &copy));
    ck_assert_uint_eq(strlen(copy.path), EXEC_NOTE_PATH - 1);
    ck_assert_uint_eq(strlen(copy.interpreter), EXEC_NOTE_INTERPRETER - 1);
    ck_assert_uint_eq(copy.kind, EXEC_UNKNOWN);
}
END_TEST

static bool count_questions(const void *asked)
{
    ++*(unsigned *)(uintptr_t)asked;
    return true;
}

/* Once, after a while, not after all of the patience. */
START_TEST(exec_notes_are_given_up_when_the_command_is_gone)
{
    uint64_t number;
    unsigned asked = 0;
    struct exec_note *note = write_note(7, &number);
    atomic_store(&note->handed, EXEC_ASKS);
    ck_assert(!exec_note_is_taken(note, count_questions, &asked));
    ck_assert_uint_eq(asked, 1);
    ck_assert_int_eq(atomic_load(&note->handed), EXEC_GAVE_UP);
    ck_assert(!exec_note_answer(note, EXEC_TAKEN));
    atomic_store(&note->handed, EXEC_TAKEN);
    ck_assert(exec_note_is_taken(note, count_questions, &asked));
    ck_assert_uint_eq(asked, 1);
}
END_TEST

enum { THREADS = 4, EACH = 20000 };

static void *write_and_withdraw(void *unused)
{
    for (int i = 0; i < EACH; i++) {
        uint64_t number;
        struct exec_note *note = write_note(i, &number);
        if (note != NULL && (i % 2 != 0))
            exec_note_withdraw(note, number);
    }
    return unused;
}

/* Each note that stays is read once, however many write. */
START_TEST(exec_notes_of_many_threads_are_each_read_once)
{
    pthread_t threads[THREADS];
    struct exec_note copy;
    unsigned read = 0;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_and_withdraw, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        while (pthread_tryjoin_np(threads[i], NULL) != 0)
            for (unsigned j = 0; j < EXEC_NOTES; j++)
                if (exec_note_read(&notes.of[j], &copy) && exec_note_pid(&copy) % 2 == 0)
                    read += exec_note_free(&notes.of[j], &copy);
    }
    for (unsigned j = 0; j < EXEC_NOTES; j++)
        if (exec_note_read(&notes.of[j], &copy))
            read += exec_note_free(&notes.of[j], &copy);
    /* What found no place is counted, the notes to be withdrawn among them. */
    ck_assert_uint_le(read, THREADS * EACH / 2);
    ck_assert_uint_ge(read + notes.lost, THREADS * EACH / 2);
}
END_TEST

Suite *suite_exec_notes(void)
{
    Suite *suite = suite_create("exec_notes");
    unit_add(suite, exec_notes_are_read_as_written);
    unit_add(suite, exec_notes_half_written_are_not_read);
    unit_add(suite, exec_notes_are_withdrawn);
    unit_add(suite, exec_notes_withdrawn_late_are_nobody_elses);
    unit_add(suite, exec_notes_told_late_whose_they_are_are_nobody_elses);
    unit_add(suite, exec_notes_withdrawn_before_they_are_dealt_with);
    unit_add(suite, exec_notes_beyond_the_last_are_counted);
    unit_add(suite, exec_notes_keep_the_end_of_a_long_path);
    unit_add(suite, exec_notes_of_a_hostile_writer_end);
    unit_add(suite, exec_notes_are_given_up_when_the_command_is_gone);
    unit_add(suite, exec_notes_of_many_threads_are_each_read_once);
    return suite;
}
