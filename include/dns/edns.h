/*
 * The options of the OPT record (RFC 6891) that we know: those of a request, and the OPT
 * record of a reply. Unknown options are passed over (section 6.1.2).
 */
#ifndef DNS_EDNS_H
#define DNS_EDNS_H

#include "base/bytes.h"

enum {
    EDNS_COOKIE_MAX =
        40, /* RFC 7873 section 4: 8 octets of the client's, 8 to 32 of ours */
    EDNS_CLIENT_COOKIE = 8,
    EDNS_COOKIE_SENT = 24,    /* RFC 9018 section 4: ours are 16 octets long */
    EDNS_NSID_MAX = 48,       /* so that every reply without records fits 512 octets */
    EDNS_PADDING_BLOCK = 468, /* RFC 8467 section 4.1 */
};

/* What a request has asked for. Of an option that comes twice the first one counts. */
struct edns_options {
    bool nsid;                   /* RFC 5001; what it carries says nothing */
    bool keepalive;              /* RFC 7828; likewise */
    bool padding;                /* RFC 7830: it was padded */
    bool has_cookie, bad_cookie; /* a well-formed one; one of a wrong length */
    uint8_t cookie_len;
    uint8_t cookie[EDNS_COOKIE_MAX];
};

/*
 * Reads the data of an OPT record of version 0. False if an option is longer than what is
 * left (RFC 6891 section 7).
 */
bool edns_read_options(struct edns_options *, struct reader data);

/* What the reply's OPT record carries besides what request and answer say. */
struct edns_extras {
    const uint8_t *cookie;    /* EDNS_COOKIE_SENT octets, or NULL */
    const char *nsid;         /* at most EDNS_NSID_MAX octets, or NULL */
    unsigned keepalive_100ms; /* over TCP; 0: not told */
    bool pad;                 /* to a multiple of EDNS_PADDING_BLOCK, if there is room */
};

/* The fixed part of an OPT record, and an extended error (RFC 8914). */
struct edns_record {
    uint16_t udp_size;
    uint8_t rcode_high;
    bool dnssec_ok;
    bool has_reason;
    uint16_t reason;
    const char *reason_text;
    struct edns_extras extras;
};

/* Octets of the record without padding. */
size_t edns_record_size(const struct edns_record *);
/* Writes it as the last record of a message of at most `limit` octets. */
void edns_put_record(struct writer *, const struct edns_record *, size_t limit);

#endif
