/* SPDX-License-Identifier: MIT
 *
 * What is tested: a list of names. With -DFORGETS it forgets a block where memory is short.
 */
#ifndef NAMES_H
#define NAMES_H

#ifdef __cplusplus
extern "C" {
#endif

struct name {
    struct name *next;
    char *text;
};

/* Adds a copy of the text; -1: there is no memory, and the list is as it was. */
int names_add(struct name **list, const char *text);
void names_free(struct name **list);

/* Makes a list of three names and frees it. -1: there was no memory. */
int names_try(void);

#ifdef __cplusplus
}
#endif
#endif
