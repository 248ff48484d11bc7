/*
 * Prints what a server says about itself in JSON (daemon/report_json) as tables for people.
 * Whatever texts it has, only printable ASCII comes out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* False, with nothing printed, if it is no answer to `status json` or `stats json`. */
bool layout_print_status(FILE *, const char *json);
bool layout_print_stats(FILE *, const char *json);

enum { LAYOUT_TEXT = 32 }; /* room for a number or a time and the NUL */

/* "1,234,567"; returns `text`. */
const char *layout_number(uint64_t, char text[static LAYOUT_TEXT]);
/* The two largest units: "3 d 4 h", "12 min 5 s", "4.2 s"; returns `text`. */
const char *layout_seconds(double, char text[static LAYOUT_TEXT]);
