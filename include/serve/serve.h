/*
 * The serve process, one packet's way from and to the client: read a datagram or
 * a message of a connection, read the request in it, settle it at once or let it wait for a
 * lookup, write the reply. One thread around one poll() loop; it opens no files and never
 * calls libc's resolver.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stddef.h>

#include "net/listen.h"
#include "serve/cache.h"
#include "serve/cookie.h"
#include "serve/names.h"
#include "serve/policy.h"
#include "serve/querylog.h"

struct serve_config {
    const struct listener *listeners;
    size_t listener_count;
    size_t udp_size; /* longest UDP reply in octets, at least REPLY_SIZE_MIN */
    struct policy policy;
    struct names_config names;
    struct cookie_secret cookie_secret; /* where policy.cookies */
    const char *nsid;                   /* at most EDNS_NSID_MAX octets; "": none */
    enum querylog_form log_queries;
    bool padding; /* padded questions get padded replies */
    struct cache_config cache;
    size_t per_client;                  /* questions of one client that may wait */
    unsigned timeout;                   /* milliseconds until who waits is told SERVFAIL */
    size_t tcp_clients, tcp_per_client; /* connections in all, and from one address */
    unsigned tcp_idle;                  /* seconds */
    void (*confine)(void); /* called when all is open, before the first packet is read */
};

/*
 * Runs until the supervisor's channel closes, or until it is told to retire and owes nobody
 * an answer. 0, or -1 with errno if it could not start or go on.
 */
int serve_run(const struct serve_config *, int lookup, int supervisor);

#endif
