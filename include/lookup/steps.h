/*
 * The steps that a job has taken to its answer, for a client that asks for the way of its
 * answer (dns/way). For other clients there are none: all functions accept NULL and do
 * nothing.
 */
#pragma once

#include "channel/message.h"
#include "lookup/next.h"
#include "upstream/upstream.h"

struct steps;

/* NULL when memory is short. */
struct steps *steps_new(void);
void steps_free(struct steps *);

/* Microseconds since steps_new; 0 for NULL. */
uint32_t steps_now(const struct steps *);

/* libc was asked without DNS from `at` until now, or that was left out; the job goes on
 * like this. */
void steps_probe(struct steps *, uint32_t at, enum lookup_next, bool left_out);
/* A source other than DNS knows the name; see owner_guess for the text. */
void steps_owner(struct steps *, const char *text);
/* Name servers of `conf` were asked for the type. */
void steps_tries(struct steps *, const struct upstream_result *, const struct resolv_conf *,
                 uint16_t type);
/* libc was asked for its verdict from `at` until now, or that was left out. */
void steps_verdict(struct steps *, uint32_t at, bool left_out);

/* Ends the steps and writes the message that tells them; its length, 0 for NULL. */
size_t steps_message(struct steps *, uint64_t id, uint8_t out[static MESSAGE_WAY_MAX]);

/* The address without its scope, for which the message has no place. */
struct way_endpoint steps_endpoint(const struct addr *);
