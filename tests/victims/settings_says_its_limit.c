/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

/* In a program that is not limited the library's function is there and returns false. */
int main(void)
{
    struct memrestrict_usage now;
    bool (*get)(struct memrestrict_usage *, size_t);
    get =
        (bool (*)(struct memrestrict_usage *, size_t))dlsym(RTLD_DEFAULT, "memrestrict_usage_get");
    CHECK(get != NULL);
    if (!get(&now, sizeof now))
        say("untouched\n");
    else if (now.limit == MEMRESTRICT_UNLIMITED)
        say("unlimited\n");
    else
        say("%" PRIu64 "\n", now.limit);
    return 0;
}
