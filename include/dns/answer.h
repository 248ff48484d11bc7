/*
 * What is said to a question: a response code, perhaps the reason for it, and the records.
 *
 * The records are kept as they travel: in wire form, owners as compression pointers into
 * the message that starts with a 12-octet header and the question. That question has the
 * same length whoever asks and whatever letter case he uses, so one answer serves all.
 */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/question.h"
#include "dns/rcode.h"
#include "dns/record.h"

enum {
    ANSWER_RECORDS_MAX = 65535, /* a DNS message is no longer (RFC 1035 section 4.2.2) */
    ANSWER_TEXT = 128,          /* room for an extended error's text and its NUL */
    ANSWER_OWNER_QUESTION = 12, /* where the asked name stands in a message */
    ANSWER_OWNER_FULL = 0,
    ANSWER_STALE_TTL = 30, /* RFC 8767 section 4 */
};

enum section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTIONS };

/* Who knows what is said. */
enum answer_source {
    ANSWER_FROM_DNS,  /* the name servers, or nobody */
    ANSWER_FROM_HOST, /* another source of the host's */
};

struct answer {
    uint8_t source; /* enum answer_source */
    bool is_stale;  /* its TTLs have ended: clients get ANSWER_STALE_TTL (RFC 8767) */
    /* A name server that is trusted for it has verified all of it: AD, for who asks. */
    bool is_authentic;
    uint16_t rcode;
    uint16_t ede;               /* enum ede */
    char ede_text[ANSWER_TEXT]; /* UTF-8, may be empty */
    uint16_t count[SECTIONS];   /* records in each section, which stand one after another */
    uint8_t *records;           /* borrowed */
    size_t len, size;           /* octets in use, octets there are */
    size_t records_at;          /* where the records start in a message */
};

/* An answer with RCODE NOERROR and no records to the question; `buffer` is borrowed. */
void answer_init(struct answer *, const struct question *, uint8_t *buffer, size_t size);

/* Takes back all records, the RCODE and the reason. */
void answer_reset(struct answer *);
/* Adds a reason (RFC 8914), which may be one for a good answer too. */
void answer_explain(struct answer *, enum ede, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes back all records and says this instead. */
void answer_fail(struct answer *, enum rcode, enum ede, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Makes "no data" of "no such name": what a name server has said of it does not hold. */
void answer_spare_name(struct answer *);

/*
 * Each adds a record to the answer section. `owner` is where the owner's name stands in
 * the message. False if there is no room; then the answer is as before.
 */
bool answer_add_address(struct answer *, uint16_t owner, uint16_t type, const void *address,
                        uint32_t ttl);
/* `target_at`, if not NULL, is set to where the target stands, as an owner for more. */
bool answer_add_name(struct answer *, uint16_t owner, uint16_t type, const uint8_t *target,
                     size_t target_len, uint32_t ttl, uint16_t *target_at);

/*
 * Adds any record, to the section that was added to last or a later one. With `owner`
 * ANSWER_OWNER_FULL its owner is written in full.
 */
bool answer_add_record(struct answer *, enum section, uint16_t owner,
                       const struct record *);

/*
 * Adds the SOA record that lets a negative answer be cached for `ttl` seconds (RFC 2308
 * section 5) to the authority section. It is synthetic: libc knows no zone. Its owner is
 * the asked name, or for NXDOMAIN the parent, but never the root.
 */
bool answer_add_soa(struct answer *, const struct question *, uint32_t ttl);
/* The same for a zone whose name stands at `owner`. */
bool answer_add_soa_at(struct answer *, uint16_t owner, uint32_t ttl);

/* The lowest TTL of its records in seconds; 0 if it has none. */
uint32_t answer_ttl(const struct answer *);

#endif
