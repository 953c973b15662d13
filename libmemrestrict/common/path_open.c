/* SPDX-License-Identifier: MIT */
#include "common/path_open.h"

#include "common/kernel.h"
#include "common/span.h"

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
    const char *rest;    /* what is still to be gone */
    char text[PATH_MAX]; /* ends with it, so that a link's text goes before it */
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
    const char *name = walk->rest + span_of(walk->rest, "/");
    size_t length = span_until(name, '/'), more = span_of(name + length, "/");
    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    walk->rest = name + length + more;
    walk->last = *walk->rest == '\0';
    memcpy(walk->place->name, name, length);
    if (length == 0)
        walk->place->name[length++] = '.';
    else if (walk->last && more > 0) /* whoever writes a slash there wants a folder */
        walk->place->name[length++] = '/';
    walk->place->name[length] = '\0';
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

/* What is to be gone first of all. False: it is too much. */
static bool put_before(struct walk *walk, const char *path, size_t length)
{
    size_t room = (size_t)(walk->rest - walk->text);
    if (length > room)
        return false;
    walk->rest = memcpy(walk->text + room - length, path, length);
    return true;
}

static int follow(struct walk *walk, int link)
{
    if (++walk->links > MOST_LINKS)
        return -ELOOP;
    if (!kernel_readlink_at(link, "", walk->link, sizeof walk->link))
        return -EINVAL;
    size_t length = strlen(walk->link);
    if (!walk->last)
        walk->link[length++] = '/';
    if (!put_before(walk, walk->link, length))
        return -ENAMETOOLONG;
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
    walk->rest = walk->text + sizeof walk->text - 1; /* its final zero */
    put_before(walk, path, length);
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
