/*
 * A question to the host's name servers that a job needs answered, and its response.
 *
 * A job has one for what it was asked, and may have more: for addresses of the name
 * (lookup/address_check), and to other servers.
 */
#pragma once

#include "lookup/libc_stub.h"
#include "lookup/response.h"
#include "upstream/upstream.h"

struct job;

struct subquery {
    /* Set by subquery_new. */
    struct job *job; /* borrowed */
    struct question question;

    /* Set while it is under way, and by its end. */
    struct upstream_result result;
    unsigned refused; /* allocations that had been refused to the thread when it began */
    bool is_lost;     /* no reply, for want of memory or descriptors in this process */
    bool is_denied;   /* the reply is ours, in place of a server that only refuses */
    uint8_t server;   /* the number of the server that has replied; 0: none has */

    /* For the verdict. */
    bool is_final;           /* libc's verdict is known without asking libc */
    struct stub_entry entry; /* the reply, where libc finds it */
};

/* Asks nothing yet. NULL when memory is short. */
struct subquery *subquery_new(struct job *, const struct question *, uint16_t type);
/* Gives it up if it is under way. It must not be offered to libc. Accepts NULL. */
void subquery_free(struct subquery *);

/* Asks the servers of `conf`; `done` is called with the subquery, perhaps before this
 * returns. */
void subquery_begin(struct subquery *, struct upstream *, const struct resolv_conf *conf,
                    result_done *done);
/* `done` calls this first, in the loop's thread: notes why there is no reply. */
void subquery_end(struct subquery *);
/* True if it has begun and has not ended. Accepts NULL. */
bool subquery_is_under_way(const struct subquery *);
/* Gives it up: `done` will not be called. False if it is not under way; accepts NULL. */
bool subquery_stop(struct subquery *);

/* True if there is a reply, and it says NXDOMAIN. */
bool subquery_is_nxdomain(const struct subquery *);
/* True if the reply, which must be there, says NXDOMAIN or has no data. */
bool subquery_has_nothing(const struct subquery *);
/* True if it has brought records of its type. Accepts NULL. */
bool subquery_has_records(const struct subquery *);
/* What it tells about the existence of the name, once it has ended. Accepts NULL. */
enum existence subquery_existence(const struct subquery *);

/* Sets an NXDOMAIN of ours as its reply; without memory there is still none. */
void subquery_make_denial(struct subquery *);

/* From offer to withdraw, the libc stub answers with the reply. Both accept NULL. */
void subquery_offer(struct subquery *, struct libc_stub *);
void subquery_withdraw(struct subquery *);
