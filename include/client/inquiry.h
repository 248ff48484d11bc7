/*
 * One name asked about: one question for a type, or two (A and AAAA), in flight together,
 * for its addresses; and what came of it.
 */
#ifndef CLIENT_INQUIRY_H
#define CLIENT_INQUIRY_H

#include "client/exchange.h"
#include "dns/received.h"

enum verdict {
    VERDICT_RECORDS,     /* what was asked for is there */
    VERDICT_PARTIAL,     /* truncated: some of it is there */
    VERDICT_NO_RECORDS,  /* the name exists, but has no such records (NODATA) */
    VERDICT_NO_NAME,     /* NXDOMAIN */
    VERDICT_FAILED,      /* the server's RCODE says so */
    VERDICT_MALFORMED,   /* part of the reply cannot be read; the rest is there */
    VERDICT_CUT,         /* truncated, and no record asked for is in what came */
    VERDICT_SILENT,      /* no reply */
    VERDICT_UNREACHABLE, /* the network refuses to carry the question */
    VERDICT_INTERRUPTED, /* Ctrl+C */
};

struct inquiry_part {
    struct exchange exchange;
    struct received reply; /* empty unless the exchange was answered */
    const char *canonical; /* end of the CNAME chain, as printed; borrowed from this part */
    enum verdict verdict;
};

struct inquiry {
    bool for_addresses; /* two parts, A and AAAA; otherwise one */
    struct exchange_manner manner;
    struct inquiry_part parts[2];
    size_t count;
};

/* Exit codes of the program, besides those of <sysexits.h>. The highest one wins. */
enum inquiry_exit {
    INQUIRY_RECORDS = 0,
    INQUIRY_NOTHING = 1, /* no such name or records */
    INQUIRY_FAILED = 2,  /* server failure or refusal, or part of the answer is missing */
    INQUIRY_SILENT = 3,  /* no reply */
};

/*
 * Asks for the type, or with type 0 for addresses, and waits for the end of it. 0, or -1
 * with errno: EINVAL: not a domain name; ENOMEM and the like. inquiry_free in both cases.
 */
int inquiry_run(struct inquiry *, int socket, const char *name, uint16_t type,
                const struct exchange_manner *);
void inquiry_free(struct inquiry *);

/* The exit code that a part stands for by itself, and that of the whole: a name that has
 * addresses of one family only lacks nothing. */
enum inquiry_exit inquiry_part_exit(const struct inquiry_part *);
enum inquiry_exit inquiry_exit(const struct inquiry *);

bool inquiry_is_interrupted(const struct inquiry *);

/* True if the record is an answer to this part's question, at the end of the chain. */
bool inquiry_is_answer(const struct inquiry_part *, const struct print_record *);

#endif
