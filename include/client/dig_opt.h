/* The OPT record of a message (RFC 6891) as dig shows it. */
#pragma once

#include "dns/received.h"

#include <stdio.h>

/* Writes ";; OPT PSEUDOSECTION:" and a line for each option, if there is the record. */
void dig_opt(FILE *, const struct received *);

/* The name of an option, such as "COOKIE"; NULL if it has none. */
const char *dig_opt_name(uint16_t code);

/* Writes what an option says, as dig does behind its name; only printable ASCII. */
void dig_opt_value(FILE *, const struct edns_option *, bool is_reply);
