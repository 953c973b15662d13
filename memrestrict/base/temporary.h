/* SPDX-License-Identifier: MIT
 *
 * Temporary folders, which nobody else may look into: made in TMPDIR or /tmp, and taken away with
 * all that was put there, whatever modes a program gave it. Not in a folder of another user (but
 * root), nor in one where everybody may rename what is there.
 */
#ifndef MEMRESTRICT_TEMPORARY_H
#define MEMRESTRICT_TEMPORARY_H

/* A new one; its absolute path is always as long as the last one's. The caller frees it. NULL: it
 * could not be made, which was said. */
char *temporary_make(void);
/* Takes away a folder and all in it, without following links. What stays is said. */
void temporary_remove(const char *path);

#endif
