/* SPDX-License-Identifier: MIT
 *
 * Usage: min_needs_exactly BYTES [WORD]. Needs so many bytes, and not one more; without them it
 * fails. With WORD poor it goes on, prints other words and ends with status 0; with hang it waits
 * for ever.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(int to, const char *text)
{
    if (write(to, text, strlen(text)) < 0)
        _exit(9);
}

int main(int argc, char **argv)
{
    void *block = malloc(strtoul(argv[1], NULL, 10));
    const char *word = argc > 2 ? argv[2] : "";
    if (block == NULL && strcmp(word, "hang") == 0)
        pause();
    say(STDOUT_FILENO, block != NULL ? "rich\n" : "poor\n");
    if (block == NULL)
        say(STDERR_FILENO, "not enough\n");
    int status = block != NULL || strcmp(word, "poor") == 0 ? 0 : 3;
    free(block);
    return status;
}
