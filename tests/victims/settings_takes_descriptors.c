/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <fcntl.h>

/* Closes descriptors "first" to "last"; with a path it then takes all these numbers for that file
 * (a new one, if a fourth word says so), and writes into it through the last of them. */
int main(int argc, char **argv)
{
    CHECK(argc >= 3);
    int first = atoi(argv[1]), last = atoi(argv[2]);
    for (int fd = first; fd <= last; fd++)
        close(fd);
    if (argc == 3)
        return 3;
    if (argc > 4 && unlink(argv[3]) != 0)
        return 7;
    int own = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (own < 0)
        return 4;
    for (int fd = first; fd <= last; fd++)
        if (fd != own && dup2(own, fd) != fd)
            return 5;
    return write(last, "mine\n", 5) == 5 ? 3 : 6;
}
