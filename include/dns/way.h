/*
 * The way of an answer: what server and host did to find it. The server tells it, in an
 * EDNS option of its own, to clients on this host that ask for it.
 *
 * A client asks with an empty option. The reply has a list of steps, each of them
 *
 *     octet    kind, see enum way_kind
 *     octet    length of the data at its end
 *     octet    flags
 *     2        code, by kind
 *     4        when it began, in microseconds: since the question was read for serve's,
 * since lookup had taken it up for lookup's 4        how long it took, in microseconds
 *     ...      data, by kind
 *
 * serve's steps stand before lookup's. Kinds that a reader does not know are passed over.
 */
#pragma once

#include "base/bytes.h"

enum {
    WAY_MAX = 512,      /* octets of all steps; further ones are left out */
    WAY_STEPS_MAX = 32, /* further steps are passed over */
    WAY_DATA_MAX = 120, /* a text is cut */
};

enum way_kind {
    WAY_SERVE = 1, /* code: enum way_how; its time ends when the reply is written */
    WAY_KEPT,      /* data: seconds since the cache has it, seconds left (4 octets each) */
    WAY_SOURCE,    /* code: enum answer_source; data: the name server's endpoint, or none */
    WAY_LOOKUP,    /* all that lookup did */
    WAY_PROBE,     /* libc is asked without DNS. code: enum way_probe; data: hosts: line */
    WAY_OWNER,     /* data: the sources of that line, one of which knows the name */
    WAY_TRY,       /* code: RCODE or enum way_outcome; data: type (2), endpoint */
    WAY_VERDICT,   /* libc is asked what it makes of the reply */
};

/* How serve came by the answer. */
enum way_how {
    WAY_BY_ITSELF, /* without a lookup: a special name, a name of the operator's, an error
                    */
    WAY_FROM_CACHE,
    WAY_STALE,     /* from the cache, after its end (RFC 8767) */
    WAY_KEPT_FAIL, /* the same failure was found less than a second ago */
    WAY_LOOKED_UP, /* by a lookup of its own */
    WAY_JOINED,    /* by a lookup that another query had begun */
};

/* What libc's sources before DNS said. */
enum way_probe {
    WAY_SETTLED,      /* they have the answer, or there is none */
    WAY_LEADS_TO_DNS, /* they do not know the name, or not all about it */
    WAY_KNOWS_NAME,   /* they do not know all about the name, but it exists */
};

/* The outcome of a query to a name server, if it is no RCODE. */
enum way_outcome {
    WAY_SILENT = 0xffff,
    WAY_UNREACHABLE = 0xfffe, /* the network says so, or the connection ended */
    WAY_TRUNCATED = 0xfffd,
    WAY_ASKS_US = 0xfffc, /* a loop */
    WAY_FORGED = 0xfffb,  /* replies with wrong ids came, so it is asked over TCP */
    WAY_CASE = 0xfffa, /* the question came back in other letter case: it is asked again */
};

enum way_flag {
    WAY_FAST = 1,     /* WAY_SERVE: the shortest way would have had it (serve/fastpath) */
    WAY_OVER_TCP = 2, /* WAY_SERVE: the question came, WAY_TRY: it was asked over TCP */
    WAY_LEFT_OUT = 4, /* WAY_PROBE, WAY_VERDICT: it was known without libc */
};

struct way_step {
    uint8_t kind, flags;
    uint16_t code;
    uint32_t at, took; /* microseconds */
    uint8_t len;
    uint8_t data[WAY_DATA_MAX];
};

struct way {
    size_t count;
    struct way_step steps[WAY_STEPS_MAX];
};

/* An IP address and a port, as `data` has them: the port, and 4 or 16 octets. */
struct way_endpoint {
    uint16_t port;
    uint8_t ip_len; /* 4 or 16 */
    uint8_t ip[16];
};

void way_put_endpoint(struct writer *, const struct way_endpoint *);
/* Reads all octets that are left as an endpoint. False if they are none. */
bool way_get_endpoint(struct reader *, struct way_endpoint *);

/* Fill in the data of a step. way_set_text cuts what does not fit. */
void way_set_text(struct way_step *, const char *);
void way_set_kept(struct way_step *, uint32_t age, uint32_t left);
void way_set_source(struct way_step *, const struct way_endpoint *);
void way_set_try(struct way_step *, uint16_t type, const struct way_endpoint *);

/* Adds a step. A step that does not fit whole is left out, and the writer stays good. */
void way_put(struct writer *, const struct way_step *);

/* Microseconds of 64 bits as a step has them: neither below 0 nor above its range. */
uint32_t way_us(int64_t us);

/* Reads any octets. False if they end in the middle of a step; those before are read. */
bool way_read(struct way *, struct reader);

/* Reads the option in the OPT record of a reply, of any octets. False if there is none. */
bool way_of_reply(struct way *, const uint8_t *wire, size_t size);

/* The first step of the kind, or NULL. */
const struct way_step *way_find(const struct way *, enum way_kind);

/* Read the data of a step. False if it is not of that form. */
bool way_get_kept(const struct way_step *, uint32_t *age, uint32_t *left);
bool way_get_source(const struct way_step *, struct way_endpoint *);
bool way_get_try(const struct way_step *, uint16_t *type, struct way_endpoint *);
