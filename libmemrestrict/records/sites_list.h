/* SPDX-License-Identifier: MIT
 *
 * The call sites of this process as JSON, by the process itself: what the command's --site-list
 * would write if it ended now (memrestrict/sites/format_site_list.h).
 */
#ifndef MEMRESTRICT_SITES_LIST_H
#define MEMRESTRICT_SITES_LIST_H

#include <stdint.h>

/* To a descriptor of the program's. `used` is all that the process holds. 0; or an errno value:
 * ENOSYS, call sites are not collected, or what a write failed with. */
int sites_list_write(int fd, const char *program, uint64_t used);

#endif
