/* SPDX-License-Identifier: MIT */
#include "run/library.h"

#include "base/fd.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "libmemrestrict.so"

/* Puts `path` together; false: too long. */
static bool join(char path[PATH_MAX], const char *folder, const char *middle, const char *name)
{
    return snprintf(path, PATH_MAX, "%s%s%s/%s", folder, *middle != '\0' ? "/" : "", middle, name) <
           PATH_MAX;
}

static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *(slash == path ? slash + 1 : slash) = '\0';
    return true;
}

/* The folder of this executable; false: /proc is not there. */
static bool own_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[length > 0 ? length : 0] = '\0';
    return length > 0 && cut_last(folder);
}

/* What the loader puts for $LIB is the folder of the C library, below / or /usr. */
static int note_libc(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    char *lib = data;
    const char *path = info->dlpi_name, *name = strrchr(path, '/');
    if (name == NULL || strncmp(name, "/libc.so.", 9) != 0)
        return 0;
    path += strncmp(path, "/usr/", 5) == 0 ? 5 : 1;
    if (name > path)
        snprintf(lib, PATH_MAX, "%.*s", (int)(name - path), path);
    return 1;
}

/* The library of the other word size beside ours, where the loader will look for it. */
static void find_other(struct library *library, const char *prefix)
{
    static const char *const folders[] = {"lib/i386-linux-gnu", "lib32", "lib",
                                          "lib/x86_64-linux-gnu", "lib64"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (join(path, prefix, folders[i], FILE_NAME) && strcmp(path, library->path) != 0 &&
            access(path, R_OK) == 0) {
            strcpy(library->other, path);
            return;
        }
}

static bool find_installed(struct library *library, const char *folder)
{
    char prefix[PATH_MAX], lib[PATH_MAX] = "";
    strcpy(prefix, folder);
    if (MEMRESTRICT_LIBDIR[0] == '/')
        return join(library->path, MEMRESTRICT_LIBDIR, "", FILE_NAME) &&
               access(library->path, R_OK) == 0;
    if (!cut_last(prefix) || !join(library->path, prefix, MEMRESTRICT_LIBDIR, FILE_NAME) ||
        access(library->path, R_OK) != 0)
        return false;
    dl_iterate_phdr(note_libc, lib);
    if (strcmp(lib, MEMRESTRICT_LIBDIR) == 0) {
        join(library->preload, prefix, "$LIB", FILE_NAME);
        find_other(library, prefix);
    }
    return true;
}

/* The loader takes a space or a colon for the end of a path, and knows names behind '$'. A
 * descriptor of ours has neither; a process that begins after we have ended will not find it. */
static bool name_by_descriptor(struct library *library)
{
    int fd = fd_above(open(library->path, O_RDONLY | O_CLOEXEC));
    if (fd >= 0)
        snprintf(library->preload, sizeof library->preload, "/proc/%d/fd/%d", (int)getpid(), fd);
    else
        message("%s: cannot open: %s", library->path, strerror(errno));
    return fd >= 0;
}

bool library_find(struct library *library)
{
    char folder[PATH_MAX];
    library->preload[0] = library->other[0] = '\0';
    if (!own_folder(folder)) {
        message("cannot find myself: /proc/self/exe: %s", strerror(errno));
        return false;
    }
    bool beside = join(library->path, folder, "", FILE_NAME) && access(library->path, R_OK) == 0;
    if (!beside && !find_installed(library, folder)) {
        message("the library is missing: looked for %s in %s and in %s%s%s", FILE_NAME, folder,
                MEMRESTRICT_LIBDIR[0] == '/' ? "" : folder,
                MEMRESTRICT_LIBDIR[0] == '/' ? "" : "/../", MEMRESTRICT_LIBDIR);
        return false;
    }
    const char *prefix_end = strstr(library->preload, "/$LIB/");
    size_t plain =
        prefix_end != NULL ? (size_t)(prefix_end - library->preload) : strlen(library->path);
    if (strcspn(library->path, " :$") < plain)
        return name_by_descriptor(library);
    if (library->preload[0] == '\0')
        strcpy(library->preload, library->path);
    return true;
}

char *library_preload(const struct library *library, const char *existing)
{
    char *value;
    size_t length = strlen(library->preload);
    if (existing == NULL || *existing == '\0')
        return strdup(library->preload);
    if (strncmp(existing, library->preload, length) == 0 && strchr(" :", existing[length]) != NULL)
        return strdup(existing); /* a run within a run */
    return asprintf(&value, "%s:%s", library->preload, existing) >= 0 ? value : NULL;
}
