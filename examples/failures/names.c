/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdlib.h>
#include <string.h>

static void drop(struct name *name)
{
#ifndef FORGETS
    free(name);
#else
    (void)name;
#endif
}

int names_add(struct name **list, const char *text)
{
    struct name *name = malloc(sizeof *name);
    if (name == NULL)
        return -1;
    name->text = strdup(text);
    if (name->text == NULL) {
        drop(name);
        return -1;
    }
    name->next = *list;
    *list = name;
    return 0;
}

void names_free(struct name **list)
{
    while (*list != NULL) {
        struct name *name = *list;
        *list = name->next;
        free(name->text);
        free(name);
    }
}

int names_try(void)
{
    struct name *list = NULL;
    int made = names_add(&list, "Ada") == 0 && names_add(&list, "Grace") == 0 &&
               names_add(&list, "Barbara") == 0;
    names_free(&list);
    return made ? 0 : -1;
}
