/* SPDX-License-Identifier: MIT
 *
 * realloc COUNT: 64 texts grow by realloc, a random one at a time and a random piece of 16 to 512
 * bytes at a time, COUNT times in all; one that has reached 64 KiB is freed and begun anew.
 */
#include "bench.h"

enum { TEXTS = 64, LONGEST = 64 * 1024 };

struct text {
    char *bytes;
    size_t length;
};

static void append(struct text *text, size_t size)
{
    char *grown = realloc(text->bytes, text->length + size);
    if (grown == NULL)
        fail("realloc");
    grown[text->length] = 1;
    text->bytes = grown;
    text->length += size;
}

int main(int argc, char **argv)
{
    (void)argc;
    static struct text texts[TEXTS];
    uint64_t state = 1;
    for (size_t left = argument(argv, 1); left > 0; left--) {
        struct text *text = &texts[random_below(&state, TEXTS)];
        append(text, SMALLEST_BLOCK + random_below(&state, LARGEST_BLOCK - SMALLEST_BLOCK + 1));
        if (text->length >= LONGEST) {
            free(text->bytes);
            *text = (struct text){NULL, 0};
        }
    }
    for (int i = 0; i < TEXTS; i++)
        free(texts[i].bytes);
    return 0;
}
