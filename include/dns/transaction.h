/*
 * Queries to the host's name servers and their replies, and libc's queries to us with the
 * replies to them. The records of a reply are for dns/relay to read.
 */
#pragma once

#include "dns/edns.h"
#include "dns/question.h"
#include "dns/wire.h"

enum {
    TRANSACTION_QUERY_MAX = WIRE_HEADER + NAME_WIRE_MAX + 4 + EDNS_SIZE,
    TRANSACTION_REPLY_MAX = WIRE_MAX,
};

struct query_header {
    uint16_t id;
    bool edns;
    bool authentic_data; /* sets AD: resolv.conf's trust-ad */
};

/* A question with RD set; returns its length. */
size_t transaction_write_query(const struct query_header *, const struct question *,
                               uint8_t out[static TRANSACTION_QUERY_MAX]);

/* True if the bytes are a response to this question, but for letter case. */
bool transaction_is_reply(const struct question *, const uint8_t *wire, size_t len);

/* True if the bytes are an error of a server that does not repeat the question: FORMERR,
 * SERVFAIL, NOTIMP or REFUSED. */
bool transaction_is_bare_error(const uint8_t *wire, size_t len);

/* What a reply means to the sender of the query, before its records are read. */
enum response_kind {
    RESPONSE_ANSWER,    /* says something about the name */
    RESPONSE_TRUNCATED, /* ask again over TCP */
    RESPONSE_CUT,       /* its answer section is not whole: ask again over TCP */
    RESPONSE_NO_EDNS,   /* may not know EDNS: ask again without (RFC 6891 section 6.2.2) */
    RESPONSE_FAILURE,   /* an error of the server or a lame referral: ask the next */
};

/* The kind of a reply that transaction_is_reply or transaction_is_bare_error has approved.
 * `edns`: the query had an OPT record. */
enum response_kind transaction_kind(const uint8_t *wire, size_t len, bool edns);

/* True if its OPT record has an option, such as an extended error: it is no echo of
 * ours. */
bool transaction_has_edns_option(const uint8_t *wire, size_t len);

/*
 * Turns a reply into one to the query that libc has sent, with its id and its letter
 * case. Returns the length, or 0 if the reply is none to that query.
 */
size_t transaction_copy_reply(const uint8_t *reply, size_t len, const uint8_t *query,
                              size_t query_len, uint8_t *out, size_t size);
/* A reply without records to libc's query, with this response code; 0 if it is no query. */
size_t transaction_make_reply(const uint8_t *query, size_t query_len, unsigned rcode,
                              uint8_t *out, size_t size);

/*
 * Reads the question of libc's query. libc can set DO but not CD, so AD stands for CD:
 * lookup/resolver decides which of them libc sets.
 */
bool transaction_read_query(const uint8_t *query, size_t len, struct question *);
