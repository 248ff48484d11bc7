/*
 * DNS cookies (RFC 7873) in the form that servers have agreed on (RFC 9018): a client that
 * sends the server's half back is at the address that it claims. They are handed out, but
 * never demanded, since a client on loopback needs no proof.
 */
#pragma once

#include "dns/edns.h"
#include "net/addr.h"

enum { SERVER_COOKIE_SECRET = 32 };

/*
 * Drawn once, and shared by all serve processes. The key that cookies are made with follows
 * from it and the day; the key of the day before is still good.
 */
struct cookie_secret {
    uint8_t octets[SERVER_COOKIE_SECRET];
};

/* 0, or -1 with errno. */
int server_cookie_draw_secret(struct cookie_secret *);

/*
 * Makes the cookie to send to a client at the time `now` (seconds since 1970): its own
 * half, which `options` has, and ours. A good cookie that it sent is sent back until it is
 * half an hour old (RFC 9018 section 4.3).
 */
void server_cookie_for(const struct cookie_secret *, const struct edns_options *,
                       const struct addr *client, uint32_t now,
                       uint8_t out[static EDNS_COOKIE_SENT]);

/* Makes the server's 16 octets (RFC 9018 section 4). The first 8 of them are `head`: the
 * version, reserved octets, and the time. */
void server_cookie_hash(const uint8_t key[static 16], const uint8_t client_cookie[static 8],
                        const uint8_t head[static 8], const struct addr *client,
                        uint8_t server_cookie[static 16]);
