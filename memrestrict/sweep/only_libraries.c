/* SPDX-License-Identifier: MIT */
#include "sweep/only_libraries.h"

#include "base/text.h"
#include "common/pattern.h"
#include "common/plan.h"

#include <string.h>

static bool fits(const struct plans *plans, struct plan_word lib, const char *name, size_t length)
{
    return pattern_matches(plans->text + lib.at, lib.length, name, length);
}

/* As the library has it: libx.so names libx.so.1.2 as well. */
static bool file_fits(const struct plans *plans, struct plan_word lib, const char *name)
{
    const char *version = strstr(name, ".so.");
    for (version = version != NULL ? version + 3 : NULL; version != NULL;
         version = strchr(version + 1, '.'))
        if (fits(plans, lib, name, (size_t)(version - name)))
            return true;
    return fits(plans, lib, name, strlen(name));
}

/* NULL: it is not known. */
static const char *file_of(const struct indexed_site *site, const json_t *frame)
{
    json_int_t number = json_integer_value(json_array_get(frame, 0));
    const json_t *object = number < 0 ? NULL : json_array_get(site->objects, (size_t)number);
    const char *path = json_string_value(json_object_get(object, "path"));
    return path != NULL ? basename(path) : NULL;
}

/* What asks for its caller, where it is C++'s operator new. */
static bool may_pass_on(const char *file)
{
    return text_begins(file, "libmemrestrict.so") || text_begins(file, "libstdc++.") ||
           text_begins(file, "libc++");
}

static bool is_of_one(const struct plans *plans, const struct indexed_site *site)
{
    const struct plan *of = &plans->of[0];
    size_t i;
    const json_t *frame;
    json_array_foreach (site->frames, i, frame) {
        const char *file = file_of(site, frame);
        if (file == NULL)
            return true;
        for (unsigned j = 0; j < of->lib_count; j++)
            if (file_fits(plans, of->libs[j], file))
                return true;
        if (!may_pass_on(file))
            return false;
    }
    return true;
}

bool only_libraries_may_fit(const char *only, const struct indexed_site *site)
{
    static struct plans plans;
    struct plan_error error;
    return only == NULL || !plan_read(&plans, only, &error) || plans.count != 1 ||
           plans.of[0].lib_count == 0 || is_of_one(&plans, site);
}
