/* Reads what a person writes for the OPT record of a query: a cookie, a client's subnet. */
#pragma once

#include "dns/ask.h"

/* Reads hexadecimal digits, two for each octet. False unless they are a cookie (RFC 7873
 * section 4): 8 octets, or 16 to 40. */
bool form_parse_cookie(struct ask_form *, const char *text);

/* Draws a new client cookie. False with errno. */
bool form_draw_cookie(struct ask_form *);

/*
 * Reads ADDRESS or ADDRESS/BITS and clears the bits behind these, as dig does. "0" stands
 * for no address at all, so that the server passes none on (RFC 7871 section 7.1.2). False
 * if the text is none of these.
 */
bool form_parse_subnet(struct ask_form *, const char *text);
