/* SPDX-License-Identifier: MIT */
#include "sites/format_massif.h"

#include "base/hash.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BELOW = 100, INDENT_MOST = 512 }; /* nodes of less than this part of all are put together */

/* The tree of callers: the innermost function first, and below each those that called it. */
struct node {
    const struct symbols_name *name;
    uint64_t bytes;
    struct node *children;
    UT_hash_handle hh;
};

static void free_children(struct node *node)
{
    struct node *child, *next;
    HASH_ITER (hh, node->children, child, next) {
        HASH_DEL(node->children, child);
        free_children(child);
        free(child);
    }
}

/* NULL: no memory. */
static struct node *child_of(struct node *node, const struct symbols_name *name)
{
    struct node *child;
    HASH_FIND_PTR(node->children, &name, child);
    if (child != NULL || (child = calloc(1, sizeof *child)) == NULL)
        return child;
    child->name = name;
    HASH_ADD_PTR(node->children, name, child);
    if (HASH_ADDED(child))
        return child;
    free(child);
    return NULL;
}

static void enter(struct node *root, const struct sites_stack *stack, uint64_t bytes,
                  struct symbols *symbols)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    struct node *node = root;
    node->bytes += bytes;
    for (size_t i = 0; i < depth && (node = child_of(node, names[i])) != NULL; i++)
        node->bytes += bytes;
}

static void print_name(FILE *out, const struct symbols_name *name)
{
    const char *slash = name->file != NULL ? strrchr(name->file, '/') : NULL;
    if (name->object == NULL && name->file == NULL) { /* a label, or an address in no module */
        text_safe(out, name->function);
        return;
    }
    fprintf(out, "0x%" PRIX64 ": ", name->offset);
    text_safe(out, name->function);
    putc(' ', out);
    fputs(name->file != NULL ? "(" : "(in ", out);
    text_safe(out, slash != NULL ? slash + 1 : name->file != NULL ? name->file : name->object);
    if (name->file != NULL)
        fprintf(out, ":%d", name->line);
    putc(')', out);
}

static int compare(const struct node *a, const struct node *b)
{
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    if (a->name->offset != b->name->offset)
        return a->name->offset < b->name->offset ? -1 : 1;
    return strcmp(a->name->function, b->name->function);
}

/* The lines below a node: its children, the largest first, and one for all that are small. */
static void print_children(FILE *out, struct node *node, unsigned depth, uint64_t all);

static unsigned count_large(struct node *node, uint64_t all, unsigned *small, uint64_t *small_bytes)
{
    unsigned large = 0;
    *small = 0;
    *small_bytes = 0;
    for (const struct node *child = node->children; child != NULL; child = child->hh.next)
        if (child->bytes >= all / BELOW)
            large++;
        else {
            (*small)++;
            *small_bytes += child->bytes;
        }
    return large;
}

static void print_count(FILE *out, struct node *node, unsigned depth, uint64_t all)
{
    unsigned small;
    uint64_t bytes;
    unsigned large = depth < INDENT_MOST ? count_large(node, all, &small, &bytes) : 0;
    fprintf(out, "%*sn%u: %" PRIu64 " ", (int)depth, "", large + (large > 0 && small > 0),
            node->bytes);
}

static void print_children(FILE *out, struct node *node, unsigned depth, uint64_t all)
{
    unsigned small;
    uint64_t small_bytes;
    if (depth > INDENT_MOST || count_large(node, all, &small, &small_bytes) == 0)
        return;
    HASH_SRT(hh, node->children, compare);
    for (struct node *child = node->children; child != NULL; child = child->hh.next) {
        if (child->bytes < all / BELOW)
            continue;
        print_count(out, child, depth, all);
        print_name(out, child->name);
        putc('\n', out);
        print_children(out, child, depth + 1, all);
    }
    if (small > 0)
        fprintf(out, "%*sn0: %" PRIu64 " in %u place%s, all below massif's threshold (%.2f%%)\n",
                (int)depth, "", small_bytes, small, small == 1 ? "" : "s", 100.0 / BELOW);
}

static void print_tree(FILE *out, const struct sites_process *process, enum sites_moment moment,
                       struct symbols *symbols)
{
    struct node root = {.bytes = 0};
    for (size_t i = 0; i < process->stack_count; i++)
        if (process->stacks[i].at[moment].bytes > 0)
            enter(&root, &process->stacks[i], process->stacks[i].at[moment].bytes, symbols);
    print_count(out, &root, 0, root.bytes);
    fputs("(heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n", out);
    print_children(out, &root, 1, root.bytes);
    free_children(&root);
}

static void print_head(FILE *out, unsigned number, uint64_t milliseconds, uint64_t bytes,
                       const char *tree)
{
    fprintf(out,
            "#-----------\nsnapshot=%u\n#-----------\ntime=%" PRIu64 "\nmem_heap_B=%" PRIu64
            "\nmem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=%s\n",
            number, milliseconds, bytes, tree);
}

static uint64_t time_of(const struct sites_process *process, enum sites_moment moment)
{
    uint64_t when = process->when[moment];
    return when > process->began ? (when - process->began) / 1000000 : 0;
}

/* The moments that there were, in order of time. */
static unsigned in_order(const struct sites_process *process,
                         enum sites_moment moments[SITES_MOMENTS])
{
    static const enum sites_moment usual[] = {SITES_AT_PEAK, SITES_AT_REFUSAL, SITES_AT_END};
    unsigned count = 0;
    for (unsigned i = 0; i < SITES_MOMENTS; i++) {
        unsigned at = count;
        if (!process->has[usual[i]])
            continue;
        for (; at > 0 && process->when[moments[at - 1]] > process->when[usual[i]]; at--)
            moments[at] = moments[at - 1];
        moments[at] = usual[i];
        count++;
    }
    return count;
}

static void print_description(FILE *out, const struct sites_process *process,
                              const enum sites_moment *moments, unsigned count)
{
    static const char *const names[SITES_MOMENTS] = {
        [SITES_AT_PEAK] = "peak", [SITES_AT_REFUSAL] = "first refusal", [SITES_AT_END] = "end"};
    fputs("desc: memrestrict, ", out);
    text_safe(out, process->program);
    fprintf(out, " (process %d)", process->pid);
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s %s", i == 0 ? ":" : ",", names[moments[i]]);
    putc('\n', out);
}

void format_massif(FILE *out, const struct sites_process *process, struct symbols *symbols,
                   const char *command)
{
    enum sites_moment moments[SITES_MOMENTS];
    unsigned count = in_order(process, moments);
    print_description(out, process, moments, count);
    fprintf(out, "cmd: %s\ntime_unit: ms\n", command);
    print_head(out, 0, 0, 0, "empty");
    for (unsigned i = 0; i < count; i++) {
        print_head(out, i + 1, time_of(process, moments[i]), process->sum[moments[i]].bytes,
                   moments[i] == SITES_AT_PEAK ? "peak" : "detailed");
        print_tree(out, process, moments[i], symbols);
    }
}
