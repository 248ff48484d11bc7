/*
 * Reads a client's message. Every octet of it comes from a stranger: the checks stand in
 * the order of the octets, nothing is decoded before its length is known, and the walk ends
 * early in a request of thousands of records, which would cost far more than an answer.
 */
#pragma once

#include "dns/edns.h"
#include "dns/question.h"
#include "dns/rcode.h"

/* Longest request that is read over UDP; a longer one is dropped, never read in part. */
enum { REQUEST_UDP_MAX = 4096 };
/* Questions and records that are read at most; a request with more is malformed. A request
 * has a question, an OPT record and a signature. */
enum { REQUEST_ENTRIES_MAX = 8 };
/* The unit of `keepalive` (RFC 7828 section 3.1). */
enum { KEEPALIVE_UNIT_MS = 100 };

struct request {
    uint16_t id;
    uint8_t opcode;
    bool recursion_desired;
    bool authentic_data; /* AD: the reply's AD is understood */
    bool checking_disabled;
    bool has_question; /* exactly one question, and it could be read */
    uint16_t class;
    struct question question; /* the name in the client's letter case */
    bool has_edns;
    uint8_t edns_version;
    uint16_t edns_size; /* as sent; see reply_limit */
    bool dnssec_ok;
    struct edns_options options;
    bool is_signed;       /* carries a TSIG or SIG(0) record */
    bool asks_for_cookie; /* no question but a cookie (RFC 7873 section 5.4) */
};

/*
 * NOERROR: a well-formed QUERY with one question, which has to be answered. Another
 * code: the request is answered with this code at once, with as much of it as could be
 * read. -1: the message is dropped, since it is no request or too short to be answered.
 */
int request_parse(struct request *, const uint8_t *wire, size_t len);
