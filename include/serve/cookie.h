/*
 * DNS cookies (RFC 7873) in the form that servers have agreed on (RFC 9018): a client that
 * sends the server's half back is where it says it is. They are only handed out, never
 * demanded: who is on loopback needs no proof.
 */
#ifndef SERVE_COOKIE_H
#define SERVE_COOKIE_H

#include "dns/edns.h"
#include "net/addr.h"

enum { COOKIE_SECRET = 32 };

/*
 * What all serve processes know, drawn once. The key that cookies are made with follows
 * from it and the day; that of the day before is still good.
 */
struct cookie_secret {
    uint8_t octets[COOKIE_SECRET];
};

/* 0, or -1 with errno. */
int cookie_draw_secret(struct cookie_secret *);

/*
 * The cookie to send to a client at the time `now` (seconds since 1970): its own half and
 * ours. A good one that it sent is sent back until it is half an hour old (RFC 9018
 * section 4.3); `options` has a well-formed one.
 */
void cookie_for(const struct cookie_secret *, const struct edns_options *,
                const struct addr *client, uint32_t now,
                uint8_t out[static EDNS_COOKIE_SENT]);

/* RFC 9018 section 4: the server's 16 octets, for a key of 16. `version_and_reserved` and
 * the time are the first 8 of them. */
void cookie_hash(const uint8_t key[static 16], const uint8_t client_cookie[static 8],
                 const uint8_t head[static 8], const struct addr *client,
                 uint8_t server_cookie[static 16]);

#endif
