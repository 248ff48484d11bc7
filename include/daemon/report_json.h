/*
 * The report as one JSON object for programs: numbers are numbers, times are in seconds,
 * and what is not known is null.
 */
#pragma once

#include "daemon/report.h"

/* Both are false when memory is short. */
bool report_json_status(FILE *, const struct report *);
bool report_json_counters(FILE *);

/*
 * Prints status, counters and the worst lookups at `now` (clock_ms()): those that hang,
 * of which there are `hung` in all, the slowest ones, and the last failures. `silent`
 * workers have not told theirs. False when memory is short.
 */
bool report_json_top(FILE *, const struct report *, int64_t now, uint64_t hung,
                     unsigned silent);
