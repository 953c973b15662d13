/* SPDX-License-Identifier: MIT */
#include "common/path_open.h"

#include "common/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

enum { MOST_LINKS = 40 };
enum { FOLDER = O_PATH | O_DIRECTORY | O_CLOEXEC };

/* In pages of its own: the stack may be a signal handler's. */
struct walk {
    struct path_place *place;
    unsigned links;
    bool last;           /* the name in the place is the last of the path */
    char rest[PATH_MAX]; /* what is still to be gone */
    char link[PATH_MAX];
};

static int go_to(struct path_place *place, int folder)
{
    if (folder < 0)
        return folder;
    kernel_close(place->folder);
    place->folder = folder;
    return 0;
}

/* Takes the next name off the rest. */
static int take_name(struct walk *walk)
{
    const char *name = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(name, "/"), more = strspn(name + length, "/");
    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    walk->last = name[length + more] == '\0';
    memcpy(walk->place->name, name, length);
    if (length == 0)
        walk->place->name[length++] = '.';
    else if (walk->last && more > 0) /* whoever writes a slash there wants a folder */
        walk->place->name[length++] = '/';
    walk->place->name[length] = '\0';
    memmove(walk->rest, name + strcspn(name, "/") + more,
            strlen(name + strcspn(name, "/") + more) + 1);
    return 0;
}

bool path_owner_is_trusted(uint32_t owner)
{
    struct kernel_link root;
    int fd = owner != 0 && owner != kernel_user() ? kernel_open("/", FOLDER) : -1;
    bool same = fd >= 0 && kernel_link(fd, &root) && root.owner == owner;
    if (fd >= 0)
        kernel_close(fd);
    return owner == 0 || owner == kernel_user() || same;
}

/* The link's text goes before the rest. */
static int follow(struct walk *walk, int link)
{
    size_t rest = strlen(walk->rest);
    if (++walk->links > MOST_LINKS)
        return -ELOOP;
    if (!kernel_readlink_at(link, "", walk->link, sizeof walk->link))
        return -EINVAL;
    size_t length = strlen(walk->link);
    if (length + 1 + rest >= sizeof walk->rest)
        return -ENAMETOOLONG;
    if (!walk->last)
        walk->link[length++] = '/';
    memmove(walk->rest + length, walk->rest, rest + 1);
    memcpy(walk->rest, walk->link, length);
    walk->last = false;
    return walk->link[0] == '/' ? go_to(walk->place, kernel_open("/", FOLDER)) : 0;
}

/* What the name stands for is open, so that nobody can put another thing in its place. */
static int pass(struct walk *walk, int thing)
{
    struct path_place *place = walk->place;
    struct kernel_link link;
    if (!kernel_link(thing, &link))
        return -EIO;
    if (link.is_link) {
        place->magic = kernel_is_proc(place->folder);
        if (!place->magic)
            return path_owner_is_trusted(link.owner) ? follow(walk, thing) : -ELOOP;
    }
    if (walk->last)
        return 0;
    return go_to(place, kernel_open_at(place->folder, place->name,
                                       place->magic ? FOLDER : FOLDER | O_NOFOLLOW));
}

static int step(struct walk *walk)
{
    struct path_place *place = walk->place;
    place->magic = false;
    int error = take_name(walk);
    if (error != 0)
        return error;
    int thing = kernel_open_at(place->folder, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (thing < 0)
        return thing == -ENOENT && walk->last ? 0 : thing;
    error = pass(walk, thing);
    kernel_close(thing);
    return error;
}

int path_find(const char *path, struct path_place *place)
{
    size_t length = strlen(path);
    if (length == 0)
        return -ENOENT;
    if (length >= PATH_MAX)
        return -ENAMETOOLONG;
    struct walk *walk = kernel_pages(sizeof *walk);
    if (walk == NULL)
        return -ENOMEM;
    walk->place = place;
    memcpy(walk->rest, path, length + 1);
    place->folder = kernel_open(*path == '/' ? "/" : ".", FOLDER);
    int error = place->folder < 0 ? place->folder : 0;
    while (error == 0 && !walk->last)
        error = step(walk);
    if (error != 0)
        path_leave(place);
    kernel_pages_free(walk, sizeof *walk);
    return error;
}

int path_open_at(const struct path_place *place, int flags)
{
    return kernel_open_at(place->folder, place->name, place->magic ? flags : flags | O_NOFOLLOW);
}

void path_leave(struct path_place *place)
{
    if (place->folder >= 0)
        kernel_close(place->folder);
    place->folder = -1;
}

/* Mostly there is no link, and then no descriptor but the one is needed. */
int path_open(const char *path, int flags)
{
    struct path_place place;
    int fd = kernel_open_linkless(path, flags);
    if (fd != -ELOOP)
        return fd;
    int error = path_find(path, &place);
    if (error != 0)
        return error;
    fd = path_open_at(&place, flags);
    path_leave(&place);
    return fd;
}
