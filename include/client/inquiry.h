/*
 * One name that is asked about: one question for a type, or two (A and AAAA) at the same
 * time for its addresses.
 */
#pragma once

#include "client/exchange.h"
#include "client/wishes.h"
#include "dns/received.h"

struct inquiry {
    bool for_addresses;              /* A and AAAA; otherwise there is one exchange */
    const struct settings *settings; /* of its name, borrowed; NULL: those of all */
    struct exchange exchanges[2];
    size_t count; /* of exchanges */
};

/* Exit codes of the program, besides those of <sysexits.h>. The highest one wins. */
enum inquiry_exit {
    INQUIRY_RECORDS = 0,
    INQUIRY_NOTHING = 1, /* no such name or records */
    INQUIRY_FAILED = 2,  /* server failure or refusal, or part of the answer is missing */
    INQUIRY_SILENT = 3,  /* no reply */
};

/*
 * Builds the questions for what is wished, in its class and otherwise as the form says. 0,
 * or -1 with errno: EINVAL if the text is not a domain name, or the system's failure. The
 * inquiry must stay where it is until it has ended, and inquiry_free gives it back in both
 * cases.
 */
int inquiry_build(struct inquiry *, const struct wish *, const struct ask_form *,
                  const struct exchange_manner *);
/* Asks what was built and waits for the end. */
void inquiry_ask(struct inquiry *, int socket);
/* Reads the replies, when all questions have ended. */
void inquiry_judge(struct inquiry *);
/* All three. */
int inquiry_run(struct inquiry *, int socket, const struct wish *, const struct ask_form *,
                const struct exchange_manner *);
void inquiry_free(struct inquiry *);

/* The exit code of one question, and that of the name, for which addresses of one family
 * are enough. */
enum inquiry_exit inquiry_exit_of(const struct exchange *);
enum inquiry_exit inquiry_exit(const struct inquiry *);

/* True if the server has said of each question that there is no such name (NXDOMAIN). The
 * replies need not have been judged. */
bool inquiry_lacks_name(const struct inquiry *);

/* Microseconds from the first question to the last reply, or the end of waiting for it; -1:
 * no question was sent. */
int64_t inquiry_time(const struct inquiry *);

bool inquiry_is_interrupted(const struct inquiry *);
