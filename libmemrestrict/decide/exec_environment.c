/* SPDX-License-Identifier: MIT */
#include "decide/exec_environment.h"

#include "common/config.h"
#include "common/kernel.h"
#include "common/span.h"
#include "ground/guard.h"
#include "ground/kernel_exec.h"
#include "ground/object.h"

#include <string.h>

#define PRELOAD "LD_PRELOAD"
#define ACCOUNTS "MEMRESTRICT_ACCOUNTS"
/* Names what was put back, with commas between. No setting: those begin otherwise. */
#define MARKER "LIBMEMRESTRICT_PUT_BACK="

enum { KEPT = 16, ROOM = 2048, PAGE = 4096, PRELOAD_BIT = 1 };

static struct {
    unsigned count; /* 0: not under the command */
    bool follow;
    char *entries[KEPT]; /* NAME=VALUE; the preload first */
    unsigned accounts;   /* the bit of the accounts' */
    const char *library; /* a path that it can be read by here; NULL: not known */
} kept;

static LARGE_ZEROS char room[ROOM];
static char *removed; /* the marker that we were started with */

static bool has_name(const char *entry, const char *name, size_t length)
{
    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static char *find(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (**environment == *name && has_name(*environment, name, length))
            return *environment;
    return NULL;
}

/* Of what LD_PRELOAD lists, the part that is this library. */
static const char *our_part(const char *list, size_t *length)
{
    static const char name[] = "/libmemrestrict.so";
    for (const char *at = list; *at != '\0'; at += *at != '\0') {
        const char *part = at;
        while (*at != '\0' && *at != ':' && *at != ' ')
            at++;
        *length = (size_t)(at - part);
        if (*length >= sizeof name - 1 &&
            memcmp(at - (sizeof name - 1), name, sizeof name - 1) == 0)
            return part;
    }
    /* A descriptor of the command's, which always is the first. */
    size_t space = span_until(list, ' '), colon = span_until(list, ':');
    *length = strncmp(list, "/proc/", 6) != 0 ? 0 : space < colon ? space : colon;
    return *length > 0 ? list : NULL;
}

/* Copies, since a program may write over what exec has left on its stack. */
static void keep(char **place, const char *name, const char *value, size_t length)
{
    size_t name_length = strlen(name);
    kept.entries[kept.count++] = *place;
    memcpy(*place, name, name_length);
    (*place)[name_length] = '=';
    memcpy(*place + name_length + 1, value, length);
    (*place)[name_length + 1 + length] = '\0';
    *place += name_length + 1 + length + 1;
}

static size_t bytes_of(char *const *environment)
{
    size_t bytes = 0;
    for (const struct setting *row = config_settings; row->name != NULL; row++) {
        const char *entry = find(environment, row->name);
        bytes += entry != NULL ? strlen(entry) + 1 : 0;
    }
    const char *preload = find(environment, PRELOAD);
    return bytes + (preload != NULL ? strlen(preload) + 1 : 0);
}

static void keep_settings(char *const *environment, char *place)
{
    for (const struct setting *row = config_settings; row->name != NULL; row++) {
        const char *entry = find(environment, row->name);
        size_t name_length = strlen(row->name);
        if (entry == NULL || kept.count == KEPT)
            continue;
        if (strcmp(row->name, ACCOUNTS) == 0)
            kept.accounts = 1u << kept.count;
        keep(&place, row->name, entry + name_length + 1, strlen(entry + name_length + 1));
    }
}

/* The loader puts another folder for $LIB in each word size: ours is where we are. */
static void find_library(void)
{
    struct object object;
    const char *path = kept.entries[0] + sizeof PRELOAD;
    if (strchr(path, '$') == NULL)
        kept.library = path;
    else if (object_at((uintptr_t)exec_environment_start, &object) && object.path[0] == '/')
        kept.library = object.path;
}

static void keep_all(char *const *environment)
{
    size_t bytes = bytes_of(environment), length = 0;
    const char *preload = find(environment, PRELOAD);
    const char *part = preload != NULL ? our_part(preload + sizeof PRELOAD, &length) : NULL;
    char *place = bytes <= sizeof room ? room : kernel_pages(bytes);
    if (part == NULL || place == NULL)
        return;
    keep(&place, PRELOAD, part, length);
    keep_settings(environment, place);
    find_library();
}

/* Is the entry the marker, or named by it? */
static bool is_removed(const char *entry)
{
    size_t length = span_until(entry, '=');
    if (entry == removed)
        return true;
    for (const char *at = removed + sizeof MARKER - 1; *at != '\0'; at += *at != '\0') {
        size_t part = span_until(at, ',');
        if (part == length && memcmp(at, entry, length) == 0)
            return true;
        at += part;
    }
    return false;
}

void exec_environment_clean(char **environment)
{
    char **to = environment;
    if (removed == NULL || environment == NULL)
        return;
    for (; *environment != NULL; environment++)
        if (!is_removed(*environment))
            *to++ = *environment;
    *to = NULL;
}

bool exec_environment_is_kept(void) { return kept.count > 0; }

void exec_environment_start(char **environment, bool follow)
{
    kept.follow = follow;
    if (find(environment, ACCOUNTS) != NULL)
        keep_all(environment);
    for (char **entry = environment; removed == NULL && *entry != NULL; entry++)
        if (strncmp(*entry, MARKER, sizeof MARKER - 1) == 0)
            removed = *entry;
    exec_environment_clean(environment);
}

/* The program may pass anything: where the kernel would find nothing, it says EFAULT, and so it
 * shall. Asks once for each page in a row. */
static bool is_mapped(uintptr_t *known, const void *at)
{
    uintptr_t page = (uintptr_t)at & ~(uintptr_t)(PAGE - 1);
    if (page != *known && !kernel_is_mapped((const void *)page))
        return false;
    *known = page;
    return true;
}

/* Strikes the things kept that the entry is of. */
static unsigned strike(unsigned missing, const char *entry)
{
    for (unsigned i = 0; i < kept.count; i++)
        if ((missing & 1u << i) &&
            has_name(entry, kept.entries[i], span_until(kept.entries[i], '=')))
            return missing & ~(1u << i);
    return missing;
}

/* True if all of it could be read: what it lacks, and how many entries it has. */
static bool count(char *const *environment, struct exec_lack *lack, const char **preload)
{
    uintptr_t array = 1, strings = 1; /* no page begins there */
    for (; environment != NULL; environment++) {
        if (!is_mapped(&array, environment))
            return false;
        if (*environment == NULL)
            break;
        if (!is_mapped(&strings, *environment))
            return false;
        lack->entries++;
        if ((*environment)[0] != 'L' && (*environment)[0] != 'M')
            continue;
        unsigned before = lack->missing;
        lack->missing = strike(before, *environment);
        if (before & ~lack->missing & PRELOAD_BIT)
            *preload = *environment + sizeof PRELOAD;
    }
    return true;
}

/* Our part of a list of preloads stands in another. */
static bool lists_ours(const char *list)
{
    const char *ours = kept.entries[0] + sizeof PRELOAD, *at = list;
    size_t length = strlen(ours);
    while ((at = strstr(at, ours)) != NULL) {
        bool begins = at == list || at[-1] == ':' || at[-1] == ' ';
        if (begins && (at[length] == '\0' || at[length] == ':' || at[length] == ' '))
            return true;
        at++;
    }
    return false;
}

static bool can_be_loaded(enum exec_kind kind)
{
    bool other = kind == EXEC_OTHER_CLASS && strchr(kept.entries[0], '$') != NULL;
    return kind == EXEC_DYNAMIC || kind == EXEC_UNKNOWN || other;
}

struct exec_lack exec_environment_look(char *const *environment, enum exec_kind kind)
{
    struct exec_lack lack = {.fate = EXEC_WHOLE, .missing = (1u << kept.count) - 1};
    const char *preload = NULL;
    if (kept.count == 0 || !can_be_loaded(kind) || !count(environment, &lack, &preload))
        return lack;
    if (!(lack.missing & kept.accounts)) /* who took single settings out of it meant it */
        lack.missing &= PRELOAD_BIT;
    if (preload != NULL && !lists_ours(preload)) {
        lack.fate = EXEC_REPLACED;
        return lack;
    }
    if (lack.missing == 0)
        return lack;
    lack.entries += KEPT + 2;
    lack.unreachable = kept.library != NULL && !kernel_can_read(kept.library);
    bool can = kept.follow && !lack.unreachable && lack.entries <= EXEC_ENTRIES;
    lack.fate = can ? EXEC_LACKS : EXEC_REPLACED;
    return lack;
}

static void add(char **at, const char *from, size_t length)
{
    memcpy(*at, from, length);
    *at += length;
}

void exec_environment_fill(const struct exec_lack *lack, char *const *environment, char **whole,
                           char marker[EXEC_MARKER])
{
    char *text = marker;
    add(&text, MARKER, sizeof MARKER - 1);
    for (unsigned i = 0; i < kept.count; i++) {
        size_t length = span_until(kept.entries[i], '=');
        if (!(lack->missing & 1u << i) || length + 2 > (size_t)(marker + EXEC_MARKER - text))
            continue;
        *whole++ = kept.entries[i];
        add(&text, kept.entries[i], length);
        *text++ = ',';
    }
    *text = '\0';
    *whole++ = marker;
    while (environment != NULL && *environment != NULL)
        *whole++ = *environment++;
    *whole = NULL;
}
