/*
 * A question to name servers while it is under way, and the queries that are sent for it
 * over UDP and TCP.
 *
 * There are three kinds. selection.c asks the servers of a client's question in turn. A
 * loop check (loopcheck_query.c) and a recheck (recheck.c) ask one server once, to learn
 * about the server.
 *
 * Over UDP, a name goes to a server on another host in mixed letter case. If the question
 * of a reply has another case, or an error has no question, the server is asked once more,
 * from another port, with another id and in another case. Only a second such reply to the
 * same question is taken, and another case then shows that the server alters case. So one
 * forged reply neither switches mixed case off nor ends a question, and a server that
 * alters case costs one more round trip.
 */
#pragma once

#include "dns/mixed_case.h"
#include "net/loop.h"
#include "upstream/infra.h"
#include "upstream/loopcheck.h"
#include "upstream/loops.h"
#include "upstream/resolv_conf.h"
#include "upstream/result.h"
#include "upstream/tcp_query.h"
#include "upstream/udp_conn.h"

/* All turns end within this time, so that they are over before the client gets SERVFAIL. */
enum { TURNS_MS = 4200 };

/* A query that has been sent and has had no reply yet. */
struct sent_query {
    struct upstream_query *owner;
    struct list link;      /* in the owner's `sent` */
    size_t server;         /* its place in the list of servers */
    struct udp_query udp;  /* in a connection, if it goes over UDP */
    struct tcp_query *tcp; /* if it goes over TCP */
    uint16_t tcp_id;
    bool over_tcp, edns;
    bool is_trial; /* over TCP while the server is asked over UDP as well */
    struct mixed_case letters;
    int64_t sent; /* clock_us() */
};

/* Called with a reply to a query. The question may have ended, and been freed, when this
 * returns. */
typedef void upstream_query_replied(const struct sent_query *, const uint8_t *wire,
                                    size_t len);

struct query_group {
    struct list queries; /* oldest first */
    size_t count;
};

/* What all questions share. */
struct upstream {
    struct loop *loop;
    struct udp_conns *conns;
    struct loopcheck *loopcheck;
    struct loops *loops;
    struct infra *infra;
    upstream_query_replied *replied;
    bool mixed_case;  /* the operator allows it */
    unsigned edition; /* of resolv.conf, when the last question was asked */
    struct query_group questions, loop_checks, rechecks;
    struct list late; /* questions whose servers have had all their turns, oldest first */
    size_t most_questions; /* more than these are ended by the timer */
    struct timer surplus;
    size_t rotation;     /* counts questions, for `rotate` */
    unsigned tcp_trials; /* under way, for all questions */
};

/* What is known of the server whose turn it is. */
enum stage {
    STAGE_WAIT,  /* it has been asked, and has until the turn ends */
    STAGE_WATCH, /* it has been asked; if it does not answer at once it may have asked us */
    STAGE_LEAVE, /* it has asked us: what it knows by itself comes in a moment, or never */
    STAGE_HOLD,  /* a loop check goes first; it is asked if that does not come back */
};

/*
 * upstream_query_new() fills in the first part. upstream_ask() fills in the asker, which a
 * loop check or recheck does not have. selection.c sets the order of the servers once, and
 * `step`, `current`, `turn_ends` and `stage` for each turn; forward_loop.c changes `stage`
 * while a server may lead back to us. Sending and replies fill in what is known of each
 * server, by which fallback.c decides how it is asked next. upstream_query_end() frees it
 * all.
 */
struct upstream_query {
    struct upstream *upstream;
    struct question question;
    struct resolv_conf conf;
    struct query_group *group;
    struct list link; /* in the group */
    struct list sent; /* struct sent_query */
    int64_t begun;    /* clock_ms(), as all times here */
    /* These end the question, unless it is a client's and selection.c has set its own. */
    struct timer timer;
    void (*server_failed)(struct upstream_query *, size_t server);
    void (*ended)(struct upstream_query *); /* the question is freed next; may be NULL */

    struct upstream_result *result; /* NULL: nobody waits */
    result_done *done;              /* NULL: it has been cancelled */
    void *owner;

    size_t first;              /* the server to begin with; `rotate` changes it */
    size_t order[SERVERS_MAX]; /* in which servers have their turns */
    int64_t turn_ms;           /* a turn's share of the time */
    int64_t give_up;
    size_t step;    /* turns taken */
    size_t current; /* the server whose turn it is */
    int64_t turn_ends;
    enum stage stage;
    struct list in_late; /* once all turns have been taken */

    /* What is known of each server: */
    bool failed[SERVERS_MAX];
    bool replied[SERVERS_MAX];
    bool without_edns[SERVERS_MAX];     /* it is asked without EDNS from now on */
    bool refused_edns[SERVERS_MAX];     /* it replied to a query with EDNS with an error */
    int64_t edns_since[SERVERS_MAX];    /* a query with EDNS is unanswered; 0: none is */
    bool only_tcp[SERVERS_MAX];         /* what comes over UDP may be forged */
    bool mixes_case[SERVERS_MAX];       /* the name goes to it in mixed letter case */
    bool teaches_case[SERVERS_MAX];     /* nothing is known of its letter case */
    bool case_altered[SERVERS_MAX];     /* a reply had the name in other letter case */
    bool repeated_nothing[SERVERS_MAX]; /* an error had no question */
    bool loop_checked[SERVERS_MAX];     /* it needs no loop check (any more) */
    bool asks_us[SERVERS_MAX];          /* for this very name */
    unsigned asked_by;                  /* a forwarder that asks us for the same; 0: none */
    struct timer edns_timer;          /* the current server is asked without EDNS as well */
    struct timer tcp_timer;           /* all servers are asked over TCP as well */
    struct upstream_query *check;     /* the loop check under way for this question */
    struct upstream_query *check_for; /* for a loop check: that question, or NULL */
    bool is_answered;                 /* a loop check has had a reply */
};

/* A question that is under way from now on; NULL when memory is short. */
struct upstream_query *upstream_query_new(struct upstream *, struct query_group *,
                                          const struct resolv_conf *,
                                          const struct question *);
/* A question for a single server, which has TURNS_MS to reply. */
struct upstream_query *upstream_query_new_once(struct upstream *, struct query_group *,
                                               const struct addr *server,
                                               const struct question *);
/* Sends it. The question may have ended when this returns. */
void upstream_query_send_once(struct upstream_query *);

/* Calls `ended` and frees the question. */
void upstream_query_end(struct upstream_query *);

/* The timer expires at this clock_ms(), or when it is time to give up. */
void upstream_query_set_timer(struct upstream_query *, int64_t at);

/* Asks the server. False if that fails at once; then the server has failed. */
bool upstream_query_send(struct upstream_query *, size_t server, bool over_tcp);
/* Asks it as well, but calls upstream_query_server_failed() if that fails at once. */
void upstream_query_resend(struct upstream_query *, size_t server, bool over_tcp);
/* Asks the server over TCP while it is asked over UDP; nothing is lost if that fails. */
void upstream_query_send_trial(struct upstream_query *, size_t server);
/* Writes the query that the server would get, and returns its length. */
size_t upstream_query_write(const struct upstream_query *, size_t server, uint16_t id,
                            uint8_t *wire);

/* True if a query over TCP or UDP has had no reply yet; `is_plain`: one without EDNS. */
bool upstream_query_awaits(const struct upstream_query *, size_t server, bool over_tcp,
                           bool is_plain);
/* No reply of this server is taken any more. */
void upstream_query_drop(struct upstream_query *, size_t server);

/* The server has failed. The question may end. */
void upstream_query_server_failed(struct upstream_query *, size_t server);
/* False if the server has failed, or sends us everything. */
bool upstream_query_is_usable(const struct upstream_query *, size_t server);

/* What the loop check finds out no longer concerns this question. */
void upstream_query_detach_check(struct upstream_query *);

/* The server's entry in the infrastructure cache, its address as text, and its route: the
 * question's name at this server. */
struct infra_server *upstream_query_infra(const struct upstream_query *, size_t server);
const char *upstream_query_server_text(const struct upstream_query *, size_t server,
                                       char text[ADDR_TEXT]);
struct route upstream_query_route(const struct upstream_query *, size_t server);

/* For udp_conns_new(). */
void upstream_query_udp_replied(struct udp_query *, const uint8_t *wire, size_t len);
void upstream_query_udp_refused(struct udp_query *, int error);
void upstream_query_udp_attacked(struct udp_query *);
