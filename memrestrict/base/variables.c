/* SPDX-License-Identifier: MIT */
#include "base/variables.h"

#include <stdlib.h>

bool variables_set(const struct variable *variables)
{
    for (; variables->name != NULL; variables++)
        if ((variables->value == NULL ? unsetenv(variables->name)
                                      : setenv(variables->name, variables->value, 1)) != 0)
            return false;
    return true;
}
