/* A text with markers such as {{version}}, in whose places something is written. */
#pragma once

#include <stdio.h>

enum { TEMPLATE_NAME = 32 }; /* octets of a marker's name, with a NUL */

/* Writes what belongs in the place of the marker. */
typedef void template_put(FILE *, const char *name, const void *context);

/* Writes the text from `begin` to `end`, and calls `put` for each marker. Braces that are
 * no marker are written as they are. */
void template_write(FILE *, const char *begin, const char *end, template_put *put,
                    const void *context);
