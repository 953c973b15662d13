/* SPDX-License-Identifier: MIT
 *
 * Run without the library. The dlsym that the header finds is this one.
 */
#include <memrestrict.h>

static int asked;

void *dlsym(void *handle, const char *name)
{
    asked += handle == NULL && name != NULL;
    return NULL;
}

int main(void)
{
    for (int i = 0; i < 100; i++)
        if (memrestrict_active() || memrestrict_limit_set(0) || errno != ENOSYS)
            return 1;
    return asked == 2 ? 0 : 2;
}
