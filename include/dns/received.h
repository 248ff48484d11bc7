/*
 * A reply as a client received it: the header's verdict, the answer section as text, the
 * reason that the server gave. Any octets will do as input; they are walked once, one
 * record at a time.
 */
#ifndef DNS_RECEIVED_H
#define DNS_RECEIVED_H

#include "dns/print.h"

struct received {
    unsigned rcode;    /* the high bits of EDNS included (RFC 6891 section 6.1.3) */
    bool is_whole;     /* false: the message cannot be read to its end */
    bool is_truncated; /* TC: there is more, which did not fit */
    struct print_record *answers; /* those that could be read, in order */
    size_t count;
    char *reason; /* extended DNS errors, "Stale Answer (3): text", or NULL */
};

/* 0, or -1 with errno ENOMEM. received_free accepts either, and a zeroed struct. */
int received_parse(struct received *, const uint8_t *wire, size_t size);
void received_free(struct received *);

/*
 * The end of the chain of CNAME records that starts at `name` (a printed name), within the
 * answer section: borrowed from the reply, or `name` itself. A question for the CNAME
 * itself has no chain.
 */
const char *received_canonical(const struct received *, const char *name, uint16_t type);

/* True if the record is what was asked for: this type, or any for ANY, at this name. */
bool received_is_asked(const struct print_record *, const char *canonical, uint16_t type);

#endif
