/* SPDX-License-Identifier: MIT
 *
 * Names for addresses in programs and libraries, after the fact: function, file and line from the
 * debug information where there is some, else from the symbol table, else the module and the
 * offset. A file whose build-id is another than the process's is not asked.
 */
#ifndef MEMRESTRICT_SYMBOLS_H
#define MEMRESTRICT_SYMBOLS_H

#include "sites/sites.h"
#include "sites/symbols_name.h"

struct symbols;

/* NULL: no memory. */
struct symbols *symbols_open(void);
void symbols_close(struct symbols *symbols);

/* The function of a frame, and before it those that the compiler inlined there, innermost first:
 * *count of them, at least one. They live until symbols_close. NULL: no memory. */
const struct symbols_name *symbols_of(struct symbols *symbols, const struct sites_frame *frame,
                                      size_t *count);

/* The same for a whole stack, innermost first; for one without frames, its label. Up to `room`
 * names are entered, and their number returned. */
enum { SYMBOLS_DEEPEST = 512 };
size_t symbols_of_stack(struct symbols *symbols, const struct sites_stack *stack,
                        const struct symbols_name *names[], size_t room);

/* Is this a piece of an allocator or of a container (operator new, std::vector ...), and not the
 * function that people look for? */
bool symbols_is_plumbing(const struct symbols_name *name);

#endif
