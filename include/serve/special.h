/*
 * Answers questions for special-use names (RFC 6761 and its registry), whatever the host
 * knows: they never reach the lookup process, libc or a name server. `localhost` itself and
 * the reverse names of loopback are left to the host, since the hosts file may have them.
 */
#pragma once

#include "dns/answer.h"

struct special_config {
    const struct local_data *local; /* borrowed */
    bool onion;  /* the host has a Tor resolver, which answers .onion names */
    bool canary; /* use-application-dns.net is denied, which keeps browsers with us */
};

/* Octets that the records of any such answer need at most. */
enum { SPECIAL_RECORDS = 256 };

/* True if the name is special; then `answer`, initialised for the question with
 * SPECIAL_RECORDS octets, is complete. */
bool special_settles(const struct special_config *, const struct question *,
                     struct answer *);

/* True if the name is special. */
bool special_is(const struct special_config *, const struct question *);
