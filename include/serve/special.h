/*
 * Special-use names (RFC 6761 and its registry) that are answered here, whatever the host
 * knows: they never reach the lookup process, libc or a name server. `localhost` itself and
 * the reverse names of loopback are not among them, since the hosts file may name them.
 */
#ifndef SERVE_SPECIAL_H
#define SERVE_SPECIAL_H

#include "dns/answer.h"

struct special_config {
    uint32_t ttl, negative_ttl; /* seconds; a negative TTL of 0: no SOA */
    bool no_aaaa;               /* no name has an IPv6 address */
    bool onion;  /* .onion names are the host's to answer: there is a Tor resolver */
    bool canary; /* use-application-dns.net does not exist: browsers stay with us */
};

/* Room for the records of any such answer, in octets. */
enum { SPECIAL_RECORDS = 256 };

/*
 * True if the name is special; then `answer`, initialised for the question with
 * SPECIAL_RECORDS octets, says all there is to say.
 */
bool special_settles(const struct special_config *, const struct question *,
                     struct answer *);

/* True if the name is special: whoever asks for it is told here. */
bool special_is(const struct special_config *, const struct question *);

#endif
