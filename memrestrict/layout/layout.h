/* SPDX-License-Identifier: MIT
 *
 * memrestrict layout: an address space as a picture, and what is wrong with it.
 */
#ifndef MEMRESTRICT_LAYOUT_H
#define MEMRESTRICT_LAYOUT_H

int layout_main(int argc, char **argv);

#endif
