/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Not by a program for which nobody collects them. */
int main(void)
{
    CHECK(!memrestrict_sites_write(1) && errno == ENOSYS);
    return 0;
}
