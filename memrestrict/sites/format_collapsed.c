/* SPDX-License-Identifier: MIT */
#include "sites/format_collapsed.h"

#include "base/text.h"
#include "common/utf8.h"

#include <inttypes.h>
#include <stdlib.h>

/* The semicolon is what divides frames, and the end of a line what divides stacks. */
static void print_word(FILE *out, const char *word)
{
    while (*word != '\0') {
        unsigned bytes = text_utf8(word);
        if (bytes == 0 || utf8_steers(word, bytes))
            putc('?', out);
        else if (*word == ';')
            putc(':', out);
        else
            fwrite(word, 1, bytes, out);
        word += bytes != 0 ? bytes : 1;
    }
}

static void print_stack(FILE *out, const char *program, const struct sites_stack *stack,
                        struct symbols *symbols)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    print_word(out, program);
    while (depth > 0) {
        putc(';', out);
        print_word(out, names[--depth]->function);
    }
    fprintf(out, " %" PRIu64 "\n", stack->at[SITES_AT_PEAK].bytes);
}

static void print_process(FILE *out, const struct sites_process *process, struct symbols *symbols)
{
    size_t count;
    const struct sites_stack **sorted = sites_sorted(process, SITES_AT_PEAK, &count);
    for (size_t i = 0; sorted != NULL && i < count; i++)
        print_stack(out, process->program, sorted[i], symbols);
    free(sorted);
}

void format_collapsed(FILE *out, const struct sites *sites, struct symbols *symbols)
{
    for (size_t i = 0; i < sites_count(sites); i++)
        if (!sites_process(sites, i)->shortened)
            print_process(out, sites_process(sites, i), symbols);
}
