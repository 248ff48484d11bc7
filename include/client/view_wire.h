/* +wire: shows query and reply octet by octet. */
#pragma once

#include "client/show.h"

enum { VIEW_WIRE_OCTETS = 8 }; /* on a line, at most */

/* The beginning of the line that names the columns. */
#define VIEW_WIRE_LEGEND "at    octets (hexadecimal)"

/* The query, and the reply if there is one. */
void view_wire(struct show *, const struct exchange *);

/* Shows each field of a message: place, octets, meaning, and which RFC says so. */
void view_wire_message(FILE *, const uint8_t *wire, size_t size);

/* Shows the names of the columns, which stand once above everything. */
void view_wire_legend(FILE *);
