/*
 * The door: where libc's DNS module asks, and finds the reply already in hand.
 *
 * A UDP socket on loopback. While getaddrinfo() gives its verdict on a reply from a name
 * server, the reply is held here; libc's question for just that name, type, DO and CD is
 * answered from it at once and as often as libc repeats it, whole and without TC, if it
 * fits a datagram, and in an order that libc can follow (dns/order). Any other question
 * gets SERVFAIL at once. No packet leaves the host from here.
 */
#ifndef LOOKUP_DOOR_H
#define LOOKUP_DOOR_H

#include <stdatomic.h>

#include "base/table.h"
#include "dns/question.h"
#include "net/addr.h"
#include "net/loop.h"

struct door;

/* What is held: the owner's until door_drop. */
struct door_hand {
    struct door *door; /* door_hold sets it; NULL: not held */
    struct table_link link;
    struct list twins;        /* those held for the same question */
    struct question question; /* door_hold makes a key of it */
    const uint8_t *reply;     /* NULL: the name servers have failed, and so does the door */
    size_t reply_len;
    uint8_t *restored; /* the door's: the reply in order, where it came in none */
    bool is_probe;     /* only `asked` is wanted, of any type of the name */
    atomic_bool asked; /* libc has asked for it: its sources led it to DNS */
};

/* NULL with errno. */
struct door *door_open(struct loop *);
void door_close(struct door *);

/* Where libc's resolver is to be sent. */
const struct addr *door_addr(const struct door *);

void door_hold(struct door *, struct door_hand *);
/* Harmless for a hand that is not held, if it was zeroed once. */
void door_drop(struct door_hand *);

#endif
