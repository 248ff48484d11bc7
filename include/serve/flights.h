/*
 * Lookups in flight: one for each question however many ask it.
 *
 * A question goes to the lookup process once; everybody who asks the same (but for letter
 * case) before the answer comes waits for the same flight. Who has waited for
 * FLIGHT_DEADLINE_MS is told SERVFAIL; the flight goes on, and an answer that finds nobody
 * waiting is kept (serve/keeping).
 *
 * Places are shared out to those who wait, and to flights that nobody waits for any more.
 * When there are no more, the oldest of these flights gives way; then a question of the
 * client that has most. Lookup is told which flights have given way, and drops them: so
 * what it has under way is bounded and shared out as the places are.
 *
 * Lookup takes questions up in the order in which they come, so only few are sent before it
 * has taken up others, and clients take turns (net/clients): who asks little waits behind
 * one question of each other client. One that lookup has asked a name server about is taken
 * up: names that hang hold up nobody.
 */
#ifndef SERVE_FLIGHTS_H
#define SERVE_FLIGHTS_H

#include "channel/bundle.h"
#include "net/clients.h"
#include "net/loop.h"
#include "serve/keeping.h"
#include "serve/names.h"
#include "serve/parents.h"
#include "serve/query.h"
#include "serve/special.h"

enum {
    /* Clients give up at 5 s (glibc, musl, dig); every question is answered within 4.5 s.
     */
    FLIGHT_DEADLINE_MS = 4400,
    /* Who could have a stale answer waits no longer for a better one (RFC 8767 section 5).
     */
    FLIGHT_PATIENCE_MS = 1800,
};

struct flights {
    struct loop *loop;
    int channel; /* to the lookup process; borrowed */
    struct watch *watch;
    struct keeping kept;
    struct parents parents;
    const struct names *names;            /* the operator's; NULL: none */
    const struct special_config *special; /* NULL: no name is special */
    int64_t flushed;                      /* clock_ms() of the last flights_flush */
    struct table by_question, by_id;
    struct list unsent, sent; /* flights */
    struct list cancelled;    /* those that have given way, until lookup has been told */
    struct list refreshes;    /* unsent flights that nobody has begun to wait for */
    bool refresh_came_last;   /* of what was sent: those and the clients take turns */
    struct list ahead;        /* flights sent that lookup has not taken up, oldest first */
    size_t ahead_count;
    const struct flight *refreshing; /* the refresh among them, or NULL */
    struct list idle;                /* flights that nobody waits for, oldest first */
    size_t idle_count;
    struct bundle *bundle; /* questions that await room in the channel */
    struct list waiting;   /* queries, oldest first */
    struct list patient;   /* those of them that could have a stale answer */
    size_t waiting_count;
    struct clients clients; /* who has how many of them */
    size_t per_client;      /* nobody has more */
    int64_t deadline_ms;    /* nobody waits longer; FLIGHT_DEADLINE_MS unless set */
    uint64_t next_id;
    struct timer deadline, patience, overdue;
};

/* 0, or -1 with errno. */
int flights_init(struct flights *, struct loop *, int channel, const struct cache_config *);
/* Ends all flights without a reply. */
void flights_free(struct flights *);

/*
 * Answers the query from the cache or at once with SERVFAIL, or copies it to wait for what
 * flights_send asks.
 */
void flights_ask(struct flights *, struct query *);
/* Likewise, where another question has to be looked up than the query's own. */
void flights_ask_for(struct flights *, struct query *, const struct question *);

/* Looks the folded question up again, so that the cache has a new answer in time. */
void flights_refresh(struct flights *, const struct question *);

/* Sends the questions that have come up to the lookup process, all together. To be called
 * when no more are at hand. */
void flights_send(struct flights *);

/*
 * The host has changed: what is known is forgotten, and what is under way will not be kept.
 */
void flights_flush(struct flights *);

/* Forgets what is known of a folded name; what is under way of it will not be kept. */
void flights_forget(struct flights *, const uint8_t *name, size_t len);

/* The lookup process has died: whoever waits for what it was asked gets SERVFAIL. */
void flights_lookup_died(struct flights *);

#endif
