/*
 * Notes the lookups that are worth showing to an operator (base/worst): the slowest of the
 * last minutes, and those that failed last. Answers from the cache are not noted, so they
 * cost nothing more.
 */
#pragma once

#include "base/worst.h"
#include "dns/answer.h"

/* A lookup has brought this answer at the time `now` (clock_ms()), after `ms` milliseconds.
 */
void notable_lookup(struct worst_lookups *, const struct question *, const struct answer *,
                    int64_t now, int64_t ms);

/* A client was told SERVFAIL for this reason. */
void notable_failure(struct worst_lookups *, const struct question *, const char *reason,
                     int64_t now, int64_t ms);

/* Writes a lookup that is under way into the row. */
void notable_hung(struct worst_lookups *, unsigned row, const struct question *,
                  int64_t now, int64_t ms);
