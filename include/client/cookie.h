/* DNS cookies (RFC 7873), from the client's side: whether a reply may be believed, and what
 * to do if the server does not believe the query. */
#pragma once

#include "dns/ask.h"

enum cookie_verdict {
    COOKIE_FINE,    /* the right cookie, or none was sent */
    COOKIE_FOREIGN, /* not the query's, so the sender of the reply has not seen the query */
    COOKIE_RENEWED, /* BADCOOKIE: the query has the server's cookie now and may be sent */
    COOKIE_REFUSED, /* BADCOOKIE again, or without a cookie: TCP needs none */
};

/* Judges a reply that came over UDP. */
enum cookie_verdict cookie_check(struct ask *, const uint8_t *reply, size_t size);
