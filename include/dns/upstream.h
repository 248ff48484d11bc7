/*
 * Messages to and from the host's name servers, and between libc and the door: everything
 * but the records of a reply, which dns/relay reads.
 */
#ifndef DNS_UPSTREAM_H
#define DNS_UPSTREAM_H

#include "dns/question.h"

enum {
    UPSTREAM_QUERY_MAX = 12 + NAME_WIRE_MAX + 4 + 11,
    UPSTREAM_UDP_SIZE = 1232, /* reply size asked for: fits any path unfragmented */
    UPSTREAM_REPLY_MAX = 65535,
};

struct query_header {
    uint16_t id;
    bool edns;
    bool authentic_data; /* sets AD: resolv.conf's trust-ad */
};

/* A question with RD set; returns its length. */
size_t upstream_write_query(const struct query_header *, const struct question *,
                            uint8_t out[static UPSTREAM_QUERY_MAX]);

/* The id of a message of at least 12 octets. */
uint16_t upstream_id(const uint8_t *wire);

/* True if the bytes are a response to this question, but for letter case. */
bool upstream_is_reply(const struct question *, const uint8_t *wire, size_t len);

/* True if the bytes are a FORMERR or NOTIMP of a header and nothing else. */
bool upstream_is_bare_error(const uint8_t *wire, size_t len);

/* What a reply means for the one who asks, before its records are read. */
enum upstream_kind {
    UPSTREAM_ANSWER,    /* says something about the name */
    UPSTREAM_TRUNCATED, /* ask again over TCP */
    UPSTREAM_NO_EDNS,   /* does not know EDNS: ask again without (RFC 6891 section 6.2.2) */
    UPSTREAM_FAILURE,   /* SERVFAIL, REFUSED, NOTIMP or a lame referral: ask the next */
};

/* Of a reply that upstream_is_reply has approved. `edns`: the query had an OPT record. */
enum upstream_kind upstream_kind(const uint8_t *wire, bool edns);

unsigned upstream_rcode(const uint8_t *wire);
/* NOERROR and an empty answer section: the name has nothing of the type (RFC 2308
 * section 2.2). */
bool upstream_has_no_answer(const uint8_t *wire);
/* AD of a reply (RFC 4035 section 3.2.3). */
bool upstream_is_authentic(const uint8_t *wire);

/*
 * Makes of a reply one to the query that libc has sent: its id and its letter case. The
 * length, or 0 if the reply is no reply to that query.
 */
size_t upstream_copy_reply(const uint8_t *reply, size_t len, const uint8_t *query,
                           size_t query_len, uint8_t *out, size_t size);
/* A reply without records to libc's query, with this response code; 0 if it is no query. */
size_t upstream_make_reply(const uint8_t *query, size_t query_len, unsigned rcode,
                           uint8_t *out, size_t size);

/*
 * Reads the question of libc's query. libc can set DO but not CD, so AD stands for that: it
 * is lookup/resolver that says which of them libc sets.
 */
bool upstream_read_query(const uint8_t *query, size_t len, struct question *);
/* RD of a query that has been read. */
bool upstream_wants_recursion(const uint8_t *query);

#endif
