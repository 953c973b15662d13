/* SPDX-License-Identifier: MIT
 *
 * A server in small: each line of the input asks for an answer of that many bytes. A request that
 * cannot get its memory is answered 503 and gives back what it had got; the next one is served.
 *
 *     $ printf '%s\n' 1000 50000000 900000 |
 *       LD_PRELOAD=libmemrestrict.so MEMRESTRICT_LIMIT=1M ./survivor
 *     200 served 1000 bytes
 *     503 no memory for 50000000 bytes
 *     200 served 900000 bytes
 *
 * Two habits make it survive: what the loop and the answer "503" need is there before the first
 * request comes, and a request that fails half-way frees all that it holds.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 4096 };

struct piece {
    struct piece *next;
    char bytes[PIECE_BYTES];
};

static void free_pieces(struct piece *piece)
{
    while (piece != NULL) {
        struct piece *next = piece->next;
        free(piece);
        piece = next;
    }
}

/* A list of pieces with room for `bytes`; NULL, and nothing held, if there is no memory for it. */
static struct piece *build_answer(unsigned long long bytes)
{
    struct piece *answer = NULL;
    for (unsigned long long built = 0; answer == NULL || built < bytes; built += PIECE_BYTES) {
        struct piece *piece = malloc(sizeof *piece);
        if (piece == NULL) {
            free_pieces(answer);
            return NULL;
        }
        memset(piece->bytes, '.', sizeof piece->bytes);
        piece->next = answer;
        answer = piece;
    }
    return answer;
}

static bool parse_request(const char *line, unsigned long long *bytes)
{
    size_t digits = strspn(line, "0123456789");
    *bytes = strtoull(line, NULL, 10);
    return digits > 0 && digits < 19 && line[digits] == '\n';
}

static void serve(const char *line)
{
    unsigned long long bytes;
    if (!parse_request(line, &bytes)) {
        printf("400 not a size\n");
        return;
    }
    struct piece *answer = build_answer(bytes);
    if (answer == NULL)
        printf("503 no memory for %llu bytes\n", bytes);
    else
        printf("200 served %llu bytes\n", bytes);
    free_pieces(answer);
}

int main(void)
{
    static char line[80], in[BUFSIZ], out[BUFSIZ];
    setvbuf(stdin, in, _IOFBF, sizeof in);
    setvbuf(stdout, out, _IOLBF, sizeof out);
    while (fgets(line, sizeof line, stdin) != NULL)
        serve(line);
    return ferror(stdin) || fflush(stdout) != 0 || ferror(stdout) ? 1 : 0;
}
