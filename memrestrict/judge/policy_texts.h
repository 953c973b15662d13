/* SPDX-License-Identifier: MIT
 *
 * The policies that have a name, in the words of those that are files.
 */
#ifndef MEMRESTRICT_POLICY_TEXTS_H
#define MEMRESTRICT_POLICY_TEXTS_H

/* NULL: there is none of that name. */
const char *policy_text(const char *name);

#endif
