/* SPDX-License-Identifier: MIT
 *
 * An area of call sites for a copy of the process, which goes on with its sites as they are.
 */
#ifndef MEMRESTRICT_SITES_TWIN_H
#define MEMRESTRICT_SITES_TWIN_H

#include "records/sites_map.h"

/* `to` is all zeros, and nobody changes `from` meanwhile. What was held at some moment is left
 * out, and no peak is looked for from then on. False: there is no room for it. */
bool sites_twin(struct sites_map *to, const struct sites_map *from);

#endif
