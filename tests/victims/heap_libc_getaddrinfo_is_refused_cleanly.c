/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

#include <netdb.h>
#include <sys/socket.h>

static bool attempt(void)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int error = getaddrinfo("192.0.2.1", "80", &hints, &found);
    CHECK(error == 0 || error == EAI_MEMORY);
    if (error == 0)
        freeaddrinfo(found);
    return error == 0;
}

int main(void)
{
    at_every_budget(attempt, 1);
    return 0;
}
