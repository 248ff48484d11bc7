/*
 * The libc stub: a name server for libc alone, which answers with a reply that is here
 * already.
 *
 * It is a UDP socket on loopback. While getaddrinfo() gives its verdict on a name server's
 * reply, the reply is entered here. A query from libc for exactly that name, type, DO and
 * CD is answered from it at once, as often as libc repeats it: without TC, if it fits a
 * datagram, and with as many records and in such an order as libc can follow (dns/order).
 * Any other query gets SERVFAIL at once. No packet leaves the host from here.
 */
#pragma once

#include <stdatomic.h>

#include "base/table.h"
#include "dns/question.h"
#include "net/addr.h"
#include "net/loop.h"

struct libc_stub;

/* A reply to give. It belongs to the owner and must stay where it is until
 * libc_stub_remove; zeroed, it has not been added. */
struct stub_entry {
    /* Set by the owner. */
    struct question question; /* libc_stub_add makes a key of it */
    const uint8_t *reply; /* NULL: the name servers have failed, so libc gets SERVFAIL */
    size_t reply_len;
    bool is_probe; /* only `asked` is of interest, for any type of the name */

    atomic_bool asked; /* libc has asked for it: its sources led it to DNS */

    /* The stub's. */
    struct libc_stub *stub; /* NULL: it has not been added */
    struct table_link link;
    struct list twins; /* further entries for the same question */
    uint8_t *restored; /* the reply in order, if it came in disorder */
    unsigned shown;    /* records of the answer section that libc sees */
};

/* NULL with errno. */
struct libc_stub *libc_stub_open(struct loop *);
/* Accepts NULL. */
void libc_stub_close(struct libc_stub *);

/* The address of the name server that libc's resolver is to use. */
const struct addr *libc_stub_addr(const struct libc_stub *);

void libc_stub_add(struct libc_stub *, struct stub_entry *);
/* Harmless if the entry has not been added. */
void libc_stub_remove(struct stub_entry *);
