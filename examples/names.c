/* SPDX-License-Identifier: MIT
 *
 * Makes up names, one after another, and keeps them all: each in a list, with a copy of its text.
 * Who holds the memory when there is no more, by call sites, is printed by
 *
 *     $ memrestrict -l 512K --sites ./names
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
    struct name *next;
    char *text;
};

/* Known to others, or a compiler may leave out names that nobody looks at. */
struct name *names;

static char *copy(const char *text)
{
    char *kept = malloc(strlen(text) + 1);
    return kept != NULL ? strcpy(kept, text) : NULL;
}

static int add(const char *text)
{
    struct name *name = malloc(sizeof *name);
    char *kept = name != NULL ? copy(text) : NULL;
    if (kept == NULL) {
        free(name);
        return 0;
    }
    *name = (struct name){names, kept};
    names = name;
    return 1;
}

int main(void)
{
    char text[80];
    for (int count = 0;; count++) {
        snprintf(text, sizeof text, "name number %d of a long list of long names", count);
        if (!add(text)) {
            fprintf(stderr, "no memory after %d names\n", count);
            return 1;
        }
    }
}
