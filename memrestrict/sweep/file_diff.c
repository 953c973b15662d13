/* SPDX-License-Identifier: MIT */
#include "sweep/file_diff.h"

#include "base/text.h"

#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>

enum { MOST_WORDS = 8 };

void file_reference_begin(struct file_reference *reference, struct changes *first)
{
    *reference = (struct file_reference){.changes = *first};
    *first = (struct changes){.list = NULL};
}

static bool note(struct string_list *notes, const struct change *change)
{
    char *safe = text_safe_string(change->path);
    bool done = safe != NULL &&
                string_list_add_format(notes,
                                       "its files are not the same in each run (%s): those that "
                                       "are not are not compared",
                                       safe);
    free(safe);
    return done;
}

bool file_reference_compare(struct file_reference *reference, const struct changes *later,
                            struct string_list *notes)
{
    const struct change *first = NULL;
    reference->changes.known &= later->known;
    for (size_t i = 0; i < reference->changes.count; i++) {
        struct change *one = &reference->changes.list[i];
        const struct change *other = changes_find(later, one->path);
        one->varies = other == NULL || !changes_are_same(one, other);
        reference->names_vary |= other == NULL;
        if (one->varies && first == NULL)
            first = one;
    }
    for (size_t i = 0; i < later->count; i++) {
        if (changes_find(&reference->changes, later->list[i].path) != NULL)
            continue;
        reference->names_vary = true;
        if (first == NULL)
            first = &later->list[i];
    }
    return first == NULL || note(notes, first);
}

static bool write_lost(const struct change *before, const struct change *now,
                       struct string_list *words)
{
    char *safe = text_safe_string(before->path);
    bool done = safe != NULL;
    if (done && now == NULL)
        done = string_list_add_format(words, "%s is not written", safe);
    else if (done && now->kind == FTS_W)
        done = string_list_add_format(words, "%s is gone", safe);
    else if (done && now->kind == FTS_F && before->kind == FTS_F && now->size != before->size)
        done = string_list_add_format(words, "%s has %" PRIu64 " bytes, not %" PRIu64, safe,
                                      now->size, before->size);
    else if (done)
        done = string_list_add_format(words, "%s has something else in it", safe);
    free(safe);
    return done;
}

static bool write_more(const struct change *now, struct string_list *words)
{
    char *safe = text_safe_string(now->path);
    bool done = safe != NULL && string_list_add_format(words, "%s is %s", safe,
                                                       now->kind == FTS_W ? "gone" : "there, too");
    free(safe);
    return done;
}

/* How many are not as they were, or as many as fit; `words` may be NULL. */
static bool compare(const struct file_reference *reference, const struct changes *changes,
                    struct string_list *words, size_t *count)
{
    bool done = true;
    *count = 0;
    if (!reference->changes.known || !changes->known)
        return true;
    for (size_t i = 0; i < reference->changes.count && done && *count < MOST_WORDS; i++) {
        const struct change *before = &reference->changes.list[i];
        const struct change *now = changes_find(changes, before->path);
        if (before->varies || (now != NULL && changes_are_same(before, now)))
            continue;
        ++*count;
        done = words == NULL || write_lost(before, now, words);
    }
    for (size_t i = 0; i < changes->count && done && *count < MOST_WORDS; i++) {
        const struct change *now = &changes->list[i];
        if ((reference->names_vary && now->kind != FTS_W) ||
            changes_find(&reference->changes, now->path) != NULL)
            continue;
        ++*count;
        done = words == NULL || write_more(now, words);
    }
    return done;
}

bool file_diff(const struct file_reference *reference, const struct changes *changes)
{
    size_t count;
    compare(reference, changes, NULL, &count);
    return count > 0;
}

bool file_diff_words(const struct file_reference *reference, const struct changes *changes,
                     struct string_list *words)
{
    size_t count;
    return compare(reference, changes, words, &count);
}
