/*
 * The lookup process's client: sends it the questions of flights over the channel, and
 * receives the answers.
 *
 * Lookup takes questions up in the order in which they come, so only few are sent before it
 * has taken up others, and clients take turns (net/clients): a client that asks little
 * waits behind one question of each other client. A question that lookup has asked a name
 * server about is taken up, so names that hang hold up nobody.
 */
#pragma once

#include "channel/bundle.h"
#include "net/clients.h"
#include "net/loop.h"
#include "serve/cache.h"
#include "serve/flight.h"

/*
 * An answer has come, which the callee may change: the flight's, or an unsolicited one that
 * came with it. `flight` is NULL if nobody asks any more.
 */
typedef void lookup_client_answered(void *context, struct flight *flight,
                                    bool is_unsolicited, const struct question *,
                                    struct answer *);

struct lookup_client {
    struct loop *loop;
    int channel; /* to the lookup process; borrowed */
    struct watch *watch;
    struct bundle *bundle; /* questions that wait for room in the channel */
    struct flight_table flights;
    struct clients *clients; /* whose turn it is; borrowed */
    struct cache *cache;     /* what is known of a name goes with a question; borrowed */
    lookup_client_answered *answered;
    void *context;

    /* Each flight is in one of these: */
    struct list unsent, prefetches; /* not sent; those that queries wait for, and others */
    struct list sent;               /* in the order of sending */
    struct list cancelled;          /* removed, until lookup has been told */

    struct list ahead; /* flights sent that lookup has not taken up, oldest first */
    size_t ahead_count;
    const struct flight *prefetching; /* the prefetch among them, or NULL */
    bool prefetch_came_last;          /* prefetches and clients take turns */
    struct timer overdue;
};

/* The callback, and what is borrowed, are set already. 0, or -1 with errno. */
int lookup_client_init(struct lookup_client *);
/* No query may wait any more. */
void lookup_client_free(struct lookup_client *);

/* The flight for the folded question, or NULL. */
struct flight *lookup_client_find(const struct lookup_client *, const struct question *);
/* Begins a flight that queries wait for; NULL when memory is short. */
struct flight *lookup_client_begin(struct lookup_client *, const struct question *);
/* Begins one that nobody waits for yet. */
struct flight *lookup_client_prefetch(struct lookup_client *, const struct question *);
/* Has lookup asked once more at the next turn of a query that waits for the sent flight:
 * the answer may have been lost. */
void lookup_client_ask_again(struct lookup_client *, struct flight *);
/* Ends a flight that is answered, or was not sent. */
void lookup_client_end(struct lookup_client *, struct flight *);
/* Ends a flight, and tells lookup not to go on with it. */
void lookup_client_cancel(struct lookup_client *, struct flight *);

/* Sends the questions whose turn it is, all together. To be called when no more are at
 * hand. */
void lookup_client_send(struct lookup_client *);
/* The sent flight behind `flight`, in the order of sending; the first one behind NULL. */
struct flight *lookup_client_next_sent(const struct lookup_client *,
                                       const struct flight *flight);
/* What sent flights find for the name, or with NULL for any, may be outdated: nobody joins
 * them any more. */
void lookup_client_close(struct lookup_client *, const struct name *);
/* Lookup has died: it will tell nothing more of sent flights. */
void lookup_client_died(struct lookup_client *);
