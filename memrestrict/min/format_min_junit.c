/* SPDX-License-Identifier: MIT */
#include "min/format_min.h"

#include "base/duration.h"
#include "base/escape.h"
#include "base/string_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* What `write` writes, as a string; the caller frees it. NULL: no memory. */
static char *string(void (*write)(FILE *, const struct min_result *),
                    const struct min_result *result)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return NULL;
    write(file, result);
    return string_file_close(&string);
}

static void write_all(FILE *file, const struct min_result *result)
{
    struct min_options options = *result->options;
    struct min_result whole = *result;
    options.quiet = false;
    whole.options = &options;
    format_min_text(file, &whole);
}

static void write_case(FILE *file, const struct min_result *result, const char *text,
                       const char *comparison)
{
    fputs("  <testcase classname=\"memrestrict.min\" name=\"", file);
    escape_xml(file, result->command);
    fputs("\" time=\"", file);
    duration_write(file, result->time);
    fputs("\">\n", file);
    if (result->grew) {
        fputs("    <failure type=\"need_grew\" message=\"", file);
        escape_xml(file, comparison);
        fputs("\">", file);
    } else {
        fputs("    <system-out>", file);
    }
    escape_xml(file, text);
    fputs(result->grew ? "</failure>\n" : "</system-out>\n", file);
    fputs("  </testcase>\n", file);
}

bool format_min_junit(FILE *file, const void *what)
{
    const struct min_result *result = what;
    char *text = string(write_all, result);
    char *comparison = result->grew ? string(format_min_comparison, result) : NULL;
    bool good = text != NULL && (comparison != NULL || !result->grew);
    if (good) {
        fprintf(file,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuite name=\"memrestrict min\" tests=\"1\" failures=\"%d\" errors=\"0\" "
                "skipped=\"0\" time=\"",
                result->grew);
        duration_write(file, result->time);
        fprintf(file,
                "\">\n    <properties>\n      <property name=\"need_bytes\" value=\"%" PRIu64
                "\"/>\n    </properties>\n",
                min_result_need(result));
        write_case(file, result, text, comparison);
        fputs("</testsuite>\n", file);
    }
    int reason = good ? 0 : ENOMEM;
    free(text);
    free(comparison);
    if (reason != 0)
        errno = reason;
    return good && fflush(file) == 0 && !ferror(file);
}
