/* SPDX-License-Identifier: MIT
 *
 * The values of options, read from words. What cannot be understood is said, with the option's name
 * from `rows` and what would be accepted, and EINVAL returned; 0 means that it was.
 */
#ifndef MEMRESTRICT_VALUES_H
#define MEMRESTRICT_VALUES_H

#include <argp.h>
#include <stdint.h>

/* An option of a table that is ended by a row without name and text. */
struct value {
    const struct argp_option *rows;
    int key;
    const char *word;
};

/* Says that it cannot be understood; returns EINVAL. */
error_t value_refuse(const struct value *value, const char *accepted);

error_t value_number(const struct value *value, long least, long most, long *number);
/* One of the words in `accepted`, with '|' between: its place among them. */
error_t value_word(const struct value *value, const char *accepted, int *place);
error_t value_size(const struct value *value, uint64_t *bytes);
error_t value_duration(const struct value *value, uint64_t *nanoseconds);
error_t value_time(const struct value *value, uint64_t *nanoseconds);   /* more than 0 */
error_t value_file(const struct value *value, const char **path);       /* not empty */
error_t value_command(const struct value *value, const char **command); /* not empty */
/* A value that the library will read: a name of config_settings. */
error_t value_setting(const struct value *value, const char *setting, const char **into);

/* How many jobs at a time, if nobody says: one a processor that is there, or 1 if they are more. */
unsigned value_processors(unsigned most);

#endif
