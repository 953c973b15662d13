/* SPDX-License-Identifier: MIT
 *
 * The files that a trial wrote, held against those of the reference. What is not the same in two
 * runs of the reference tells nothing.
 */
#ifndef MEMRESTRICT_FILE_DIFF_H
#define MEMRESTRICT_FILE_DIFF_H

#include "base/string_list.h"
#include "trial/changes.h"

/* What the reference wrote. */
struct file_reference {
    struct changes changes; /* of its first run; those that vary are marked */
    bool names_vary;        /* a file that only a trial has may be as good as another */
};

/* Takes over what is in *first. */
void file_reference_begin(struct file_reference *reference, struct changes *first);
/* Marks what another run has otherwise, with a note of the first such. False: no memory. */
bool file_reference_compare(struct file_reference *reference, const struct changes *later,
                            struct string_list *notes);

/* Is a file not as in the reference? */
bool file_diff(const struct file_reference *reference, const struct changes *changes);
/* Adds those to the list, in words: "out.o is gone". False: no memory. */
bool file_diff_words(const struct file_reference *reference, const struct changes *changes,
                     struct string_list *words);

#endif
