/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/shm.h>

/* Pages that the library does not see come: of shared memory by its number. */
int main(void)
{
    struct counts before = counts();
    int segment = shmget(IPC_PRIVATE, 4 * PAGE, 0600);
    CHECK(segment >= 0);
    char *unseen = shmat(segment, NULL, 0);
    shmctl(segment, IPC_RMID, NULL);
    CHECK(unseen != (char *)-1 && used() == before.used);
    unmap(unseen, 4 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
