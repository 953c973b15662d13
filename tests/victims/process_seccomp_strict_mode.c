/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Only read, write, exit and sigreturn are left. */
int main(void)
{
    free(malloc(100000)); /* the C library has this much at hand now */
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
    bool well = true;
    for (int i = 0; i < 10; i++) {
        char *block = malloc(1000);
        well = well && block != NULL && (block = realloc(block, 5000)) != NULL;
        free(block);
    }
    well = well && malloc(1024 * MIB) == NULL && errno == ENOMEM;
    syscall(SYS_exit, well ? 0 : 1);
}
