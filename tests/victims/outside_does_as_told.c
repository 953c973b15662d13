/* SPDX-License-Identifier: MIT
 *
 * Does as it is told, a line each: "take BYTES" says "ok" or "refused" and keeps the block, "drop"
 * frees the last one, "fork" goes on in a child and says its process ID. Ends with its input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *blocks[1000];
static int count;

static __attribute__((noinline)) char *take_some(size_t bytes) { return malloc(bytes); }

/* Not by stdio, which allocates. */
static void say(const char *word)
{
    char line[32];
    size_t length = strlen(word);
    memcpy(line, word, length);
    line[length] = '\n';
    if (write(1, line, length + 1) < 0)
        exit(1);
}

static void obey(const char *line)
{
    if (strncmp(line, "take ", 5) == 0 && count < 1000) {
        blocks[count] = take_some(strtoull(line + 5, NULL, 10));
        say(blocks[count] != NULL ? "ok" : "refused");
        count += blocks[count] != NULL;
    } else if (strcmp(line, "drop") == 0 && count > 0) {
        free(blocks[--count]);
        say("ok");
    } else if (strcmp(line, "fork") == 0) {
        pid_t child = fork();
        if (child > 0) {
            waitpid(child, NULL, 0);
            exit(0);
        }
        char number[32];
        snprintf(number, sizeof number, "%d", (int)getpid());
        say(number);
    } else {
        say("what?");
    }
}

int main(void)
{
    char line[100], letter;
    size_t length = 0;
    while (read(0, &letter, 1) == 1)
        if (letter != '\n' && length + 1 < sizeof line) {
            line[length++] = letter;
        } else {
            line[length] = '\0';
            length = 0;
            obey(line);
        }
    return 0;
}
