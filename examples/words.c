/* SPDX-License-Identifier: MIT
 *
 * Counts the words of its input, and prints each with its number, in the order of their first
 * coming. It takes some refusals well and some badly, in ways that are seen often. Which, is found
 * by $ memrestrict sweep ./words <FILE
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    char *text;
    unsigned long count;
};

struct words {
    struct word *list;
    size_t count, room;
};

/* Where it is in the list, or where it could be added; NULL: there is no memory. */
static struct word *find(struct words *words, const char *text)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i].text, text) == 0)
            return &words->list[i];
    if (words->count == words->room) {
        size_t room = words->room == 0 ? 16 : 2 * words->room;
        struct word *grown = realloc(words->list, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        words->list = grown;
        words->room = room;
    }
    return &words->list[words->count];
}

static int count(struct words *words, const char *text)
{
    struct word *word = find(words, text);
    if (word == NULL)
        return 0;
    if (word == &words->list[words->count]) {
        *word = (struct word){strdup(text), 0};
        words->count++;
    }
    word->count++;
    return 1;
}

int main(void)
{
    struct words words = {NULL, 0, 0};
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        for (char *text = strtok(line, " \t\n"); text != NULL; text = strtok(NULL, " \t\n"))
            if (!count(&words, text)) {
                fprintf(stderr, "words: no memory after %zu words\n", words.count);
                return 1;
            }
    for (size_t i = 0; i < words.count; i++)
        printf("%7lu %s\n", words.list[i].count, words.list[i].text);
    for (size_t i = 0; i < words.count; i++)
        free(words.list[i].text);
    free(words.list);
    free(line);
    return 0;
}
