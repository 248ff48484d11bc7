/*
 * The infrastructure cache: what replies, and missing replies, have told of each name
 * server. It decides how a server is asked, so that only the first question pays for an odd
 * server.
 *
 * There are few servers: those of resolv.conf and systemd-resolved's stub. When the cache
 * is full, it forgets the server that was used longest ago. Times are clock_ms().
 */
#pragma once

#include "net/addr.h"
#include "net/place.h"

enum {
    INFRA_SERVERS = 16,
    INFRA_EDNS_MS = 900000,  /* until a server without EDNS is asked with it again */
    INFRA_EDNS_FAILURES = 3, /* show that a server has lost EDNS */
    INFRA_TIMEOUTS = 3,     /* in a row show that the server is silent, not one name slow */
    INFRA_TCP_MS = 60000,   /* until a server without UDP is asked over UDP again */
    INFRA_SILENT_MS = 5000, /* between two looks at a silent server */
    INFRA_CASE_MS = 3600000, /* until a server that has lost letter case is tried again */
    INFRA_SLOW_US = 500000, /* a slower server is shown as slow; it is asked all the same */
};

/* Whether a server answers queries that have an OPT record (RFC 6891). */
enum infra_edns {
    EDNS_UNKNOWN,
    EDNS_WORKS,   /* it has answered one: later failures are not the OPT record's fault */
    EDNS_MISSING, /* it answers only queries without one */
};

/* Whether a server repeats a question in the letter case in which it was asked. */
enum infra_case {
    CASE_UNKNOWN,
    CASE_KEPT,
    CASE_LOST, /* for INFRA_CASE_MS */
};

/* Queries that were sent to a server, and what came of them. Errors of the server and of
 * the network, and turns without a reply, are failures. */
struct infra_counts {
    uint64_t asked, answered, failed;
};

struct infra_server {
    struct addr addr;
    struct infra_counts counts; /* outlive infra_forget() */
    uint32_t rtt_us;            /* smoothed (RFC 6298 section 2); 0: no reply yet */
    unsigned long used;         /* counts up with each use of any server */
    enum infra_edns edns;
    unsigned edns_failures; /* in a row, of a server whose EDNS has worked */
    int64_t edns_recheck;   /* when EDNS is due to be tried again, if it is missing */
    enum addr_place place;
    enum infra_case letters;
    int64_t case_recheck;   /* when mixed case is due to be tried again, if it is lost */
    bool unreachable;       /* the network refused the last query */
    bool udp_works;         /* it has replied over UDP, and is not silent */
    bool udp_fails;         /* it was silent over UDP, and replied over TCP */
    int64_t udp_recheck;    /* when UDP is due to be tried again */
    unsigned timeouts;      /* turns in a row without any reply */
    int64_t silent_recheck; /* when a silent server is due to be tried again */
};

struct infra;

/* NULL when memory is short. */
struct infra *infra_new(void);
/* Accepts NULL. */
void infra_free(struct infra *);

/* What is known of the server, or NULL if nothing is. Valid until the next infra_get(). */
const struct infra_server *infra_find(const struct infra *, const struct addr *);

/* The server's entry, which is new if nothing is known. Valid until the next call. */
struct infra_server *infra_get(struct infra *, const struct addr *);

/* The host has changed: other servers may stand behind the same addresses. */
void infra_forget(struct infra *);

/* The server has sent something, whatever it says, this long after it was asked. */
void infra_note_reply(struct infra_server *, int64_t us);
/* That was an answer, a denial, or an error. */
void infra_note_outcome(struct infra_server *, bool is_error);
/* The network has refused a query, or the server has closed a connection. */
void infra_note_unreachable(struct infra_server *);
/* The server's turn has ended without a reply. */
void infra_note_timeout(struct infra_server *);

/* The server has answered a query with an OPT record. */
void infra_note_edns_works(struct infra_server *);
/*
 * The server has answered a query without an OPT record. It has refused one with it
 * (`is_sure`), or left that unanswered, and then EDNS is tried again at once. A server
 * whose EDNS has worked must fail several times in a row.
 */
void infra_note_edns_fails(struct infra_server *, bool is_sure, int64_t now);

/*
 * True if names go to the server in mixed letter case (dns/mixed_case): unless it is on
 * this host, where nobody can forge its replies without seeing the queries, or has lost the
 * case of a question. The first use asks the kernel where the server is, and the next ones
 * do as long as the kernel cannot tell.
 */
bool infra_mixes_case(struct infra_server *, int64_t now);
/* The server has repeated a question in its case. */
void infra_note_case_kept(struct infra_server *);
/* It has not, and it is certain that the reply was the server's. */
void infra_note_case_lost(struct infra_server *, int64_t now);

/* The server has replied over UDP. */
void infra_note_udp_works(struct infra_server *);
/* The server has replied over TCP alone. It may only have been slow, so UDP is tried again
 * at once. */
void infra_note_udp_fails(struct infra_server *, int64_t now);

/* True if the server has timed out so often that others are asked first. */
bool infra_is_silent(const struct infra_server *);

/* An extra query that shows whether the server is still like this. */
enum infra_recheck {
    RECHECK_NONE,
    RECHECK_PLAIN, /* over UDP, without EDNS: does it reply? */
    RECHECK_EDNS,  /* over UDP: does it answer with EDNS? */
};

/* When the next recheck is due; 0: none is, as long as nothing else becomes known. */
int64_t infra_recheck_at(const struct infra_server *);

/* The recheck that is due. It is due for this caller alone until its time comes again. */
enum infra_recheck infra_recheck_due(struct infra_server *, int64_t now);
