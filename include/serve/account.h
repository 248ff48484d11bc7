/*
 * Tells a client on this host how its answer was found, if it asks for that: what serve
 * did, and what lookup has told of its own steps (dns/way).
 */
#pragma once

#include "dns/way.h"
#include "serve/query.h"

/* Lookup has told which name server the number, from 1 to ANSWER_SERVERS, stands for. */
void account_meet(uint64_t number, const struct way_endpoint *);

/* True if the client gets an account: it asks for one and is on loopback. Others must not
 * learn what an account tells about the host and the questions of its clients. */
bool account_is_due(const struct request *, const struct addr *client);

/* Writes the account of an answer that is `age` seconds old. Returns its length. */
size_t account_write(const struct query *, const struct answer *, uint32_t age,
                     uint8_t out[static WAY_MAX]);
