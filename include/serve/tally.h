/* Counts questions and what was said to them (base/counters). */
#ifndef SERVE_TALLY_H
#define SERVE_TALLY_H

#include <stdbool.h>

#include "dns/answer.h"

/* A question was answered. `records` of the answer section. */
void tally_reply(bool over_tcp, uint16_t type, unsigned rcode, unsigned records);

/* A lookup has brought this answer after so many milliseconds. */
void tally_lookup(const struct answer *, int64_t ms);

#endif
