/* SPDX-License-Identifier: MIT
 *
 * Text as formats need it to be written. It has been through text_safe, or is known to be safe.
 */
#ifndef MEMRESTRICT_ESCAPE_H
#define MEMRESTRICT_ESCAPE_H

#include <stdio.h>

/* As the content of an XML element or attribute. */
void escape_xml(FILE *file, const char *text);
/* As a description in TAP, where a # would begin a directive such as SKIP, and hide a failure. */
void escape_tap(FILE *file, const char *text);
/* In double quotes, as a string of YAML. */
void escape_yaml(FILE *file, const char *text);

#endif
