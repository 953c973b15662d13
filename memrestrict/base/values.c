/* SPDX-License-Identifier: MIT */
#include "base/values.h"

#include "common/config.h"
#include "base/duration.h"
#include "base/message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name_of(const struct value *value)
{
    for (const struct argp_option *row = value->rows; row->name != NULL || row->doc != NULL; row++)
        if (row->key == value->key && row->name != NULL)
            return row->name;
    return "?";
}

error_t value_refuse(const struct value *value, const char *accepted)
{
    message_usage("--%s: cannot understand '%.200s'; accepted: %s", name_of(value), value->word,
                  accepted);
    return EINVAL;
}

error_t value_number(const struct value *value, long least, long most, long *number)
{
    char *end, accepted[80];
    errno = 0;
    *number = strtol(value->word, &end, 10);
    if (*value->word >= '0' && *value->word <= '9' && *end == '\0' && errno == 0 &&
        *number >= least && *number <= most)
        return 0;
    snprintf(accepted, sizeof accepted, "a number from %ld to %ld", least, most);
    return value_refuse(value, accepted);
}

error_t value_word(const struct value *value, const char *accepted, int *place)
{
    *place = 0;
    for (const char *at = accepted;; at++, ++*place) {
        size_t length = strcspn(at, "|");
        if (strlen(value->word) == length && strncmp(at, value->word, length) == 0)
            return 0;
        at += length;
        if (*at == '\0')
            return value_refuse(value, accepted);
    }
}

error_t value_size(const struct value *value, uint64_t *bytes)
{
    return size_parse(value->word, bytes)
               ? 0
               : value_refuse(value, "a size such as 64M, 1.5G, 64MB or 67108864, below 8E; or "
                                     "unlimited");
}

error_t value_duration(const struct value *value, uint64_t *nanoseconds)
{
    return duration_parse(value->word, nanoseconds) ? 0 : value_refuse(value, DURATION_ACCEPTED);
}

error_t value_time(const struct value *value, uint64_t *nanoseconds)
{
    error_t error = value_duration(value, nanoseconds);
    return error == 0 && *nanoseconds == 0 ? value_refuse(value, "more than 0") : error;
}

error_t value_file(const struct value *value, const char **path)
{
    *path = value->word;
    return *value->word != '\0' ? 0 : value_refuse(value, "a file's path");
}

error_t value_command(const struct value *value, const char **command)
{
    *command = value->word;
    return *value->word != '\0' ? 0 : value_refuse(value, "a command for sh -c");
}

error_t value_setting(const struct value *value, const char *setting, const char **into)
{
    struct config scratch;
    for (const struct setting *row = config_settings; row->name != NULL; row++)
        if (strcmp(row->name, setting) == 0 && !row->parse(value->word, &scratch))
            return value_refuse(value, row->accepted);
    *into = value->word;
    return 0;
}

unsigned value_processors(unsigned most)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 && processors <= (long)most ? (unsigned)processors : 1;
}
