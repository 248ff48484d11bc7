/* Answers to questions that are not looked up. */
#pragma once

#include "lookup/config.h"
#include "lookup/send_queue.h"

/* Sends SERVFAIL with this reason. */
void refusal_put(struct send_queue *, uint64_t id, const struct question *, enum ede,
                 const char *reason);

/* Answers NXDOMAIN to our own question for a random name that a forwarder has sent back to
 * us. After a failure it would ask again; a denial can be cached. */
void refusal_of_check(const struct lookup_config *, struct send_queue *, uint64_t id,
                      const struct question *);
