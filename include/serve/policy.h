/* Answers requests that need no lookup, whatever name they ask for. */
#pragma once

#include "dns/request.h"
#include "net/prefix.h"
#include "serve/special.h"

enum {
    POLICY_ALLOW_MAX = 64,
    POLICY_IDENTITY_MAX = 63,
    POLICY_RECORDS = 128, /* octets that the records of any such answer need at most */
};

struct policy {
    struct prefix allow[POLICY_ALLOW_MAX]; /* the clients that may ask */
    size_t allow_count;
    bool cookies; /* are handed out, so a malformed one is an error */
    /* The answer to CHAOS questions for the server's identity (RFC 4892); "": none. */
    char identity[POLICY_IDENTITY_MAX + 1];
    struct special_config special; /* for the names of all other requests */
};

/* True if the client's address is in one of the blocks. */
bool policy_may_ask(const struct policy *, const struct addr *from);

/*
 * True if the request is settled by `rcode`, which request_parse has returned, by its
 * client, or by its class, type or signature. Then `answer`, initialised for the question
 * with POLICY_RECORDS octets, is the answer.
 */
bool policy_settles(const struct policy *, const struct request *, const struct addr *from,
                    int rcode, struct answer *);
