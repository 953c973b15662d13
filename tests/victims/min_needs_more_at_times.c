/* SPDX-License-Identifier: MIT
 *
 * Usage: min_needs_more_at_times FILE. Needs 50000, 51000 and 52000 bytes in turn; FILE counts.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct stat status;
    int fd = open(argv[argc - 1], O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || write(fd, ".", 1) != 1 || fstat(fd, &status) != 0)
        return 9;
    void *block = malloc(50000 + (size_t)(status.st_size % 3) * 1000);
    int enough = block != NULL;
    free(block);
    return enough ? 0 : 1;
}
