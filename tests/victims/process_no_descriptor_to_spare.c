/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/resource.h>

/* With four descriptors the loader can still open its files, one after another. */
int main(int argc, char **argv)
{
    struct rlimit four = {4, 4}, three = {3, 3};
    if (argc == 1) {
        CHECK(setrlimit(RLIMIT_NOFILE, &four) == 0);
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
    }
    CHECK(setrlimit(RLIMIT_NOFILE, &three) == 0);
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(refusals() == 1);
    return 0;
}
