/*
 * What hostdnsctl top shows, as lines of printable ASCII: rates between two reports of a
 * server (daemon/report_json), how long lookups took, and the names worth showing.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct top_view;

struct top_view *top_view_new(void);
void top_view_free(struct top_view *);

/* Takes the next answer to `top json`. False if it is something else. */
bool top_view_take(struct top_view *, const char *json);

/*
 * Prints it in at most `rows` lines; 0: there is no limit. The figures always take 13, and
 * the lists of names share the rest. A title ends with a colon.
 */
void top_view_print(const struct top_view *, FILE *, unsigned rows);
