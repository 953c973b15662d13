/* SPDX-License-Identifier: MIT
 *
 * What a program tells the allocator of how it is to work.
 */
#include "edges/delayed_free.h"
#include "edges/exports.h"
#include "ground/real.h"

/* Not through <malloc.h>: other C libraries have neither. */
enum { M_PERTURB = -6 };
int mallopt(int parameter, int value);

/* From now on the allocator fills what it gives out, maybe. */
EXPORT int mallopt(int parameter, int value)
{
    int (*next)(int, int) = (int (*)(int, int))(uintptr_t)real_look_up("mallopt");
    if (parameter == M_PERTURB)
        atomic_store(&delayed_free_reuses, false);
    return next != NULL ? next(parameter, value) : 0;
}
