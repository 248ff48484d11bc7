/*
 * What is asked: a name, a type, and what shall come with it. The class is always IN: who
 * asks for any class gets that one, and others are refused before a question is made of
 * them.
 */
#ifndef DNS_QUESTION_H
#define DNS_QUESTION_H

#include "dns/name.h"

/* Types that need a decision of ours (RFC 1035, 2845, 2930, 2931, 4034, 6891). Others are
 * numbers. */
enum {
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_PTR = 12,
    TYPE_TXT = 16,
    TYPE_SIG = 24,
    TYPE_AAAA = 28,
    TYPE_OPT = 41,
    TYPE_DS = 43,
    TYPE_DNSKEY = 48,
    TYPE_TKEY = 249,
    TYPE_TSIG = 250,
    TYPE_IXFR = 251,
    TYPE_AXFR = 252,
    TYPE_MAILB = 253,
    TYPE_MAILA = 254,
    TYPE_ANY = 255,
};

enum { CLASS_IN = 1, CLASS_CH = 3, CLASS_ANY = 255 };

/* Flags of a question: the two bits that change what a name server says (RFC 4035). */
enum {
    QUESTION_DNSSEC_OK = 1,         /* DO: signatures are wanted */
    QUESTION_CHECKING_DISABLED = 2, /* CD: even those that do not verify */
};

struct question {
    uint16_t type;
    uint8_t flags;
    uint8_t name_len;
    uint8_t name[NAME_WIRE_MAX];
};

/* Octets of the question section that asks it: name, type and class. */
size_t question_wire_len(const struct question *);

/* The same question with the name in lower case, so that equal questions are equal bytes.
 */
void question_fold(struct question *out, const struct question *);

/* A folded question as bytes for hashing; borrowed. */
const void *question_bytes(const struct question *, size_t *len);
bool question_equal_folded(const struct question *, const struct question *);

/* Readable text for logs: "name TYPE", odd octets escaped as \DDD. Returns `text`. */
enum { QUESTION_TEXT = 1024 + 16 };
const char *question_text(const struct question *, char text[static QUESTION_TEXT]);

#endif
