/* SPDX-License-Identifier: MIT
 *
 * Changes of mappings in progress, and forks. Between its begin and its end a change has pieces of
 * the records in its hands; in a child made meanwhile they would be nobody's. So a fork waits until
 * no other thread is in the midst of one, and a change waits for a fork: a second at the most, then
 * the child may be charged for a mapping that it does not have. The kernel serializes the two as
 * well.
 */
#ifndef MEMRESTRICT_MAP_BARRIER_H
#define MEMRESTRICT_MAP_BARRIER_H

/* Around a change; may nest, when a signal handler makes one within another. */
void map_barrier_begin(void);
void map_barrier_end(void);

void map_barrier_fork_take(void);
void map_barrier_fork_drop(void);
void map_barrier_fork_reset(void);

#endif
