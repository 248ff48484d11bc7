/*
 * A reply as a client received it: the header, the question, the sections as text, the
 * OPT record and the reason that the server gave. It accepts any octets, and walks over
 * them once, one record at a time.
 */
#pragma once

#include "dns/edns.h"
#include "dns/print.h"
#include "dns/wire.h"

struct received_records {
    struct print_record *records; /* those that could be read, in order; no OPT */
    size_t count;
};

struct received_opt {
    bool is_there;
    uint8_t version;
    uint16_t flags, udp_size;
    struct edns_option *options;
    size_t count;
};

struct received {
    uint16_t id, flags; /* of the header */
    uint16_t counts[4]; /* what the header says of the question and each section */
    unsigned rcode;     /* the high bits of EDNS included (RFC 6891 section 6.1.3) */
    bool is_whole;      /* false: the message cannot be read to its end */
    bool is_truncated;  /* TC: there is more, which did not fit */
    size_t size;        /* of the message, in octets */
    char *asked_name;   /* as printed; NULL without a question */
    uint16_t asked_type, asked_class;
    struct received_records sections[SECTIONS];
    struct received_opt opt;
    char *reason; /* extended DNS errors, "Stale Answer (3): text", or NULL */
};

/* 0, or -1 with errno ENOMEM. received_free accepts either, and a zeroed struct. */
int received_parse(struct received *, const uint8_t *wire, size_t size);
void received_free(struct received *);

const struct received_records *received_answers(const struct received *);

/*
 * The end of the chain of CNAME records that starts at `name` (a printed name), within the
 * answer section: borrowed from the reply, or `name` itself. A question for the CNAME
 * itself has no chain.
 */
const char *received_canonical(const struct received *, const char *name, uint16_t type);

/* True if the record is what was asked for: this type, or any for ANY, at this name, in the
 * class of the question. */
bool received_is_asked(const struct received *, const struct print_record *,
                       const char *canonical, uint16_t type);
