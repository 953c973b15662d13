/* SPDX-License-Identifier: MIT
 *
 * `memrestrict explain`: which engines this machine has, what a program is, and what will limit it.
 */
#ifndef MEMRESTRICT_EXPLAIN_H
#define MEMRESTRICT_EXPLAIN_H

int explain_main(int argc, char **argv);

#endif
