/* Shows a reply in the layout of dig, octet by octet, for programs that read it. */
#pragma once

#include "client/show.h"

/* Shows one question and its reply, or that there is none. */
void view_dig(struct show *, const struct exchange *);

/* Writes a record as a line without its end: the owner, TTL, class and type that the
 * style asks for, and the data. */
void view_dig_record(FILE *, const struct print_record *, const struct style *);

/* Writes " qr aa rd". */
void view_dig_flags(FILE *, uint16_t flags);

/* "QUERY", or "RESERVED7" if it has no name; returns that. */
const char *view_dig_opcode(uint16_t flags, char text[static 16]);
