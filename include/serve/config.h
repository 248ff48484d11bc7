/* The configuration of a serve process, which stays the same as long as it runs. */
#pragma once

#include "dns/edns.h"
#include "net/listen.h"
#include "serve/cache.h"
#include "serve/names.h"
#include "serve/policy.h"
#include "serve/querylog.h"
#include "serve/server_cookie.h"

struct serve_config {
    const struct listener *listeners;
    size_t listener_count;
    unsigned udp_size; /* longest UDP reply in octets, at least REPLY_SIZE_MIN */
    struct policy policy;
    struct names *names;                /* NULL: none */
    struct cookie_secret cookie_secret; /* if policy.cookies is set */
    char nsid[EDNS_NSID_MAX + 1];       /* "": none */
    enum querylog_form log_queries;
    bool padding;       /* a padded question gets a padded reply */
    bool hides_clients; /* from the web page */
    struct cache_config cache;
    unsigned per_client;     /* questions of one client that may wait */
    unsigned timeout;        /* milliseconds until a waiting client is told SERVFAIL */
    unsigned tcp_clients;    /* connections in all */
    unsigned tcp_per_client; /* connections from one address */
    unsigned tcp_idle;       /* seconds */
    void (*confine)(void);   /* called when all is open, before the first packet is read */
};
