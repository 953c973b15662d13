/* SPDX-License-Identifier: MIT
 *
 * memrestrict judge: a verdict on a submission that need not be trusted.
 */
#ifndef MEMRESTRICT_JUDGE_H
#define MEMRESTRICT_JUDGE_H

/* argv[0] is "judge". Returns the exit status. */
int judge_main(int argc, char **argv);

#endif
