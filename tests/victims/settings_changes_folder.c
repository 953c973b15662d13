/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

int main(void)
{
    CHECK(chdir("/") == 0);
    return 0;
}
