/* SPDX-License-Identifier: MIT
 *
 * Allocates until that fails, and then makes the file "failed"; and until that works again, and
 * then ends with status 7. Ends with 0 once there is a file "end".
 */
#include "victim.h"

#include <fcntl.h>

static bool works(void)
{
    void *block = malloc(24);
    free(block);
    return block != NULL;
}

static void wait_until(bool what)
{
    while (works() != what) {
        if (access("end", F_OK) == 0)
            _exit(0);
        usleep(1000);
    }
}

int main(void)
{
    wait_until(false);
    close(open("failed", O_CREAT | O_WRONLY, 0600));
    wait_until(true);
    return 7;
}
