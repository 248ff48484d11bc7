/*
 * Notes DNS messages for dnstap: those of clients in serve, those of name servers in
 * lookup. Each goes into the process's own ring (dnstap/tap_ring), without a system call;
 * dnstap/tap_writer takes it from there. If nobody does so in time the message is lost and
 * counted, and the answer goes on.
 */
#pragma once

#include "dnstap/tap_ring.h"
#include "net/addr.h"

struct tap_message {
    enum tap_type type;
    bool over_tcp;
    const struct addr *asker, *server; /* `server` may be NULL: it is not known */
    int64_t asked, answered;           /* clock_unix_ns(); 0: not told */
    const void *wire;                  /* the message as it was sent or received */
    size_t len;                        /* TAP_MESSAGE_MAX at most */
};

/* The ring of this process; NULL: dnstap is off. */
extern struct tap_ring *tap_own;

/* Inline, since the fast path asks this for each answer. */
static inline bool tap_is_on(void)
{
    return tap_own != NULL;
}

/* From now on this process puts messages into the ring of its slot. `fd` may be -1, and
 * then dnstap stays off. 0, or -1 with errno. */
int tap_open(int fd, unsigned slot);

/* Does nothing if dnstap is off. */
void tap_put(const struct tap_message *);
