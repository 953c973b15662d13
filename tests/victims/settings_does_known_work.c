/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <sys/mman.h>

/* Says what a report of it must tell, and leaves without a further allocation. */
int main(void)
{
    void *(*foreign)(size_t) = (void *(*)(size_t))dlsym(RTLD_DEFAULT, "__libc_malloc");
    void *strangers[] = {foreign(100), foreign(100000)};
    uint64_t start = used();
    CHECK(malloc(1234) != NULL && malloc(0) != NULL && calloc(7, 1000) != NULL);
    CHECK(mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
          MAP_FAILED);
    free(malloc(100000));
    uint64_t at_refusal = used();
    CHECK(calloc(3, MIB) == NULL && malloc(2 * MIB) == NULL && realloc(NULL, 5 * MIB) == NULL);
    free(strangers[0]);
    free(strangers[1]);
    say("start %" PRIu64 "\nused %" PRIu64 "\npeak %" PRIu64 "\n", start, used(), usage().peak);
    say("at %" PRIu64 "\npid %d\n", at_refusal, (int)getpid());
    _exit(3);
}
