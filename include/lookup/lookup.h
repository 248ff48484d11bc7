/*
 * The lookup process: takes questions from its channel, finds out what libc and the name
 * servers say, and sends answers back. It is the only process that runs NSS modules; it
 * never sees a client's packet, only checked names.
 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include "dns/answer.h"
#include "net/addr.h"

struct lookup_config {
    unsigned max_lookups;   /* threads at the most */
    uint32_t ttl;           /* seconds, of records that do not come from DNS */
    uint32_t negative_ttl;  /* seconds, of negative answers that do not; 0: no SOA */
    bool filter_aaaa;       /* no name has an IPv6 address */
    const struct addr *own; /* the addresses we listen on: never to be asked; borrowed */
    size_t own_count;
    const int *questions; /* the channels of those who ask; borrowed */
    size_t question_count;
};

/*
 * Runs until the supervisor's channel closes. Returns 0, or -1 with errno if it could not
 * start or go on. Its threads may still run then: end the process with _exit().
 */
int lookup_run(const struct lookup_config *, int supervisor);

/* How a lookup goes on after its probe. */
enum lookup_next {
    LOOKUP_DONE,        /* the answer is complete */
    LOOKUP_VERDICT,     /* ask the name servers, then let libc judge what they say */
    LOOKUP_RELAY,       /* ask the name servers, and pass on what they say */
    LOOKUP_DNS_DECIDES, /* as LOOKUP_VERDICT; but nobody but the name servers can know the
                           name, so most replies need no verdict (shortcut_verdict) */
    LOOKUP_EXISTS, /* as LOOKUP_RELAY; but libc knows the name, so that it does exist */
};

#endif
