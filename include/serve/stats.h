/* Counts questions and their answers (base/counters). */
#pragma once

#include <stdbool.h>

#include "dns/answer.h"

/* A question was answered with this number of records in the answer section. */
void stats_reply(bool over_tcp, uint16_t type, unsigned rcode, unsigned records);

/* A lookup has brought this answer after `us` microseconds. */
void stats_lookup(const struct answer *, int64_t us);
