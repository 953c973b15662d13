/* SPDX-License-Identifier: MIT
 *
 * What a slot of the accounts says of its process, as an outcome has it. The process wrote all of
 * it: nothing there is believed to be well formed.
 */
#ifndef MEMRESTRICT_ACCOUNT_READ_H
#define MEMRESTRICT_ACCOUNT_READ_H

#include "common/accounts.h"
#include "outcome/outcome.h"

/* Fills in all but how the process ended. `program` is NULL afterwards if there was no memory. */
void account_read(struct process *process, const struct account *account);

#endif
