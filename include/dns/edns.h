/*
 * The OPT record (RFC 6891) and the options that we know: those of a request, and those
 * of a reply. Unknown options are passed over (section 6.1.2).
 */
#pragma once

#include "dns/record.h"

/* The numbers of options (IANA, DNS EDNS0 Option Codes). */
enum {
    EDNS_OPTION_NSID = 3,
    EDNS_OPTION_SUBNET = 8,
    EDNS_OPTION_COOKIE = 10,
    EDNS_OPTION_KEEPALIVE = 11,
    EDNS_OPTION_PADDING = 12,
    EDNS_OPTION_EDE = 15,
    EDNS_OPTION_WAY =
        65353, /* ours, of those for local use (RFC 6891 section 9): dns/way */
};

enum {
    EDNS_COOKIE_MAX =
        40, /* RFC 7873 section 4: 8 octets of the client's, 8 to 32 of ours */
    EDNS_CLIENT_COOKIE = 8,
    EDNS_COOKIE_SENT = 24,    /* RFC 9018 section 4: ours are 16 octets long */
    EDNS_NSID_MAX = 48,       /* so that every reply without records fits 512 octets */
    EDNS_PADDING_BLOCK = 468, /* RFC 8467 section 4.1 */
    EDNS_OPTIONS_MAX = 64,    /* that are read: 64 KiB hold 16,000, which would cost more
                                 than an answer, and clients send a handful */
};

enum {
    EDNS_SIZE = 11, /* octets of an OPT record without options */
    EDNS_UDP_SIZE =
        1232, /* the size we ask for: it passes any path unfragmented (RFC 9715) */
};

/* An option where it stands in a message. */
struct edns_option {
    uint16_t code, size;
    const uint8_t *data; /* borrowed */
};

/* Reads the next option and passes over it. False if no whole option is left. */
bool edns_next_option(struct reader *, struct edns_option *);
void edns_put_option(struct writer *, uint16_t code, const void *data, size_t size);

/* Begins an OPT record without a response code. Options may follow, then edns_end with what
 * it returned. */
size_t edns_start(struct writer *, uint16_t udp_size, uint32_t ttl);
void edns_end(struct writer *, size_t start);

/* Finds the OPT record in a message of any octets that has one question. False if there is
 * none. */
bool edns_find(const uint8_t *wire, size_t len, struct record_head *);

/* What a request has asked for. If an option comes twice, the first one counts. */
struct edns_options {
    bool nsid;                   /* RFC 5001; its data is ignored */
    bool keepalive;              /* RFC 7828; its data is ignored */
    bool padding;                /* RFC 7830: it was padded */
    bool way;                    /* dns/way */
    bool has_cookie, bad_cookie; /* a well-formed one; one of a wrong length */
    uint8_t cookie_len;
    uint8_t cookie[EDNS_COOKIE_MAX];
};

/*
 * Reads the data of an OPT record of version 0. False if an option is longer than what is
 * left (RFC 6891 section 7), or if there are more than EDNS_OPTIONS_MAX.
 */
bool edns_read_options(struct edns_options *, struct reader data);

/* What the reply's OPT record carries besides what request and answer say. */
struct edns_extras {
    const uint8_t *cookie;    /* EDNS_COOKIE_SENT octets, or NULL */
    const char *nsid;         /* at most EDNS_NSID_MAX octets, or NULL */
    unsigned keepalive_100ms; /* over TCP; 0: not told */
    bool pad;                 /* to a multiple of EDNS_PADDING_BLOCK, if there is room */
    const uint8_t *way;       /* dns/way, of `way_len` octets, if there is room; or NULL */
    size_t way_len;
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

/* Octets of the record without padding and way. */
size_t edns_record_size(const struct edns_record *);
/* Writes it as the last record of a message of at most `limit` octets. */
void edns_put_record(struct writer *, const struct edns_record *, size_t limit);
