/* SPDX-License-Identifier: MIT
 *
 * `memrestrict merge`: the parts of a sweep that was spread over machines become one.
 */
#ifndef MEMRESTRICT_MERGE_H
#define MEMRESTRICT_MERGE_H

int merge_main(int argc, char **argv);

#endif
