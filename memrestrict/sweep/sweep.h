/* SPDX-License-Identifier: MIT
 *
 * `memrestrict sweep`: each call site that allocates is made to fail in a run of its own.
 */
#ifndef MEMRESTRICT_SWEEP_H
#define MEMRESTRICT_SWEEP_H

int sweep_main(int argc, char **argv);

#endif
