/* SPDX-License-Identifier: MIT */
#include "base/shell.h"

#include "base/text.h"
#include "base/string_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(const char *word)
{
    return *word != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789%+,-./:=@_^")] == '\0';
}

static bool is_printable(const char *word)
{
    char *safe = text_safe_string(word);
    bool same = safe != NULL && strcmp(safe, word) == 0;
    free(safe);
    return same;
}

/* Octal, which always ends after three digits. */
static void write_escaped(FILE *file, const char *word)
{
    fputs("$'", file);
    for (; *word != '\0'; word++) {
        unsigned char byte = (unsigned char)*word;
        if (byte == '\'' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte >= 0x20 && byte < 0x7f)
            fputc(byte, file);
        else
            fprintf(file, "\\%03o", byte);
    }
    fputc('\'', file);
}

static void write_quoted(FILE *file, const char *word)
{
    fputc('\'', file);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", file);
        else
            fputc(*word, file);
    fputc('\'', file);
}

void shell_word(FILE *file, const char *word)
{
    if (is_plain(word))
        fputs(word, file);
    else if (is_printable(word))
        write_quoted(file, word);
    else
        write_escaped(file, word);
}

void shell_words(FILE *file, char *const *words)
{
    for (char *const *word = words; *word != NULL; word++) {
        if (word != words)
            fputc(' ', file);
        shell_word(file, *word);
    }
}

char *shell_line(char *const *words)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return NULL;
    shell_words(file, words);
    return string_file_close(&string);
}
