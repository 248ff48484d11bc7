/*
 * What is answered to a question: a response code, perhaps a reason, and the records.
 * The records are kept in the form in which they travel: in wire form, with owners as
 * compression pointers into the message that starts with a header and the question. The
 * question has the same length for every client, in whatever letter case it asks, so one
 * answer serves all.
 */
#pragma once

#include "dns/question.h"
#include "dns/rcode.h"
#include "dns/record.h"
#include "dns/wire.h"

enum {
    ANSWER_RECORDS_MAX = WIRE_MAX,
    ANSWER_TEXT = 128,                   /* room for an extended error's text and its NUL */
    ANSWER_OWNER_QUESTION = WIRE_HEADER, /* where the asked name stands in a message */
    ANSWER_OWNER_FULL = 0,
    ANSWER_STALE_TTL = 30, /* RFC 8767 section 4 */
};

/* What all records and denials that do not come from DNS have in common. */
struct local_data {
    unsigned ttl;          /* seconds, of records */
    unsigned negative_ttl; /* seconds, of denials; 0: they have no SOA record */
    bool filter_aaaa;      /* no name has an IPv6 address */
};

/* The source of an answer. There is room for two more: see answer_origin. */
enum answer_source {
    ANSWER_FROM_DNS,      /* the name servers, or nobody */
    ANSWER_FROM_HOST,     /* another source of the host, as those below are */
    ANSWER_FROM_FILES,    /* the hosts file */
    ANSWER_FROM_MDNS,     /* multicast DNS */
    ANSWER_FROM_MACHINE,  /* nss-myhostname, which knows this machine's own names */
    ANSWER_FROM_RESOLVED, /* systemd-resolved, asked by libc and not over DNS */
};

enum { ANSWER_SERVERS = 15 }; /* name servers that have a number, counted from 1 */

struct answer {
    uint8_t source; /* enum answer_source */
    uint8_t server; /* number of the name server that told it; 0: not known */
    bool is_stale;  /* its TTLs have ended: clients get ANSWER_STALE_TTL (RFC 8767) */
    /* A trusted name server has verified all of it: clients that ask for AD get it. */
    bool is_authentic;
    uint16_t rcode;
    uint16_t ede;               /* enum ede */
    char ede_text[ANSWER_TEXT]; /* UTF-8, may be empty */
    uint16_t count[SECTIONS];   /* records in each section, which stand one after another */
    uint8_t *records;           /* borrowed */
    size_t len, size;           /* octets in use, octets there are */
    size_t records_at;          /* where the records start in a message */
};

/* Makes an answer to the question, NOERROR without records; `buffer` is borrowed. */
void answer_init(struct answer *, const struct question *, uint8_t *buffer, size_t size);

/* True if a source other than DNS knows it. */
bool answer_is_of_host(const struct answer *);

/* Source, server and `is_authentic` in one octet, whose highest bit is ANSWER_AUTHENTIC:
 * the cache and the channel count octets. */
enum { ANSWER_AUTHENTIC = 0x80 };
uint8_t answer_origin(const struct answer *);
void answer_set_origin(struct answer *, uint8_t origin);

/* Takes back all records, the RCODE and the reason. */
void answer_reset(struct answer *);
/* Adds a reason (RFC 8914), which may be one for a good answer too. */
void answer_explain(struct answer *, enum ede, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes back all records and says this instead. */
void answer_fail(struct answer *, enum rcode, enum ede, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* True if nothing was found out: for SERVFAIL, or if the reason is that of a failure. */
bool answer_is_failure(const struct answer *);

/* Turns NXDOMAIN into NODATA, because the name exists after all. The answer is then no
 * longer what a name server has verified. */
void answer_spare_name(struct answer *);

/*
 * Each adds a record to the answer section. `owner` is where the owner's name stands in
 * the message. False if there is no room; then the answer is as before.
 */
bool answer_add_address(struct answer *, uint16_t owner, uint16_t type, const void *address,
                        uint32_t ttl);
/* `target_at`, if not NULL, is set to where the target stands, as an owner for more. */
bool answer_add_name(struct answer *, uint16_t owner, uint16_t type, struct name target,
                     uint32_t ttl, uint16_t *target_at);

/*
 * Adds any record, to the section that was added to last or a later one. With
 * ANSWER_OWNER_FULL as `owner` its owner is written in full.
 */
bool answer_add_record(struct answer *, enum section, uint16_t owner,
                       const struct record *);

/*
 * Adds an SOA record to a negative answer, so that caches may hold it for `ttl` seconds
 * (RFC 2308 section 5). Failures get none, and neither do answers with more records than
 * the `aliases` CNAMEs that lead to `owner`, the name of the zone. The record is synthetic,
 * because libc knows no zones. With a TTL of 0, or without room for it, there is none.
 */
void answer_add_soa(struct answer *, unsigned aliases, uint16_t owner, uint32_t ttl);

/*
 * Does the same for an answer without any records. The zone is the asked name, or for
 * NXDOMAIN its parent, unless that is the root, for which only the root's servers speak.
 */
void answer_finish(struct answer *, const struct question *, uint32_t ttl);

/* The lowest TTL of its records in seconds; 0 if it has none. */
uint32_t answer_ttl(const struct answer *);

/* Lowers the TTLs that are higher. */
void answer_limit_ttl(struct answer *, uint32_t most);

/* True if the authority section has an SOA record, which says how long a denial may be kept
 * (RFC 2308 section 3). */
bool answer_has_soa(const struct answer *);
/* True if the answer section has a record of this type with just these octets of data. */
bool answer_has_data(const struct answer *, uint16_t type, const void *data, size_t size);
/* The number of records of this type in the answer section. Unless the type is CNAME,
 * those before a CNAME do not count: they are about a name above (RFC 6672 section 3.1). */
size_t answer_count_type(const struct answer *, uint16_t type);
