/*
 * The lookup process: takes questions from its channel, finds out what libc says, and sends
 * answers back. It is the only process that runs NSS modules; it never sees a client's
 * packet, only checked names.
 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include <stdint.h>

#include "dns/answer.h"

struct lookup_config {
    unsigned max_lookups;  /* threads at the most */
    uint32_t ttl;          /* seconds, of every record: libc does not tell a real one */
    uint32_t negative_ttl; /* seconds, of negative answers; 0 leaves their SOA out */
};

/*
 * Runs until the supervisor's channel closes. Returns 0, or -1 with errno if it could not
 * start. Its threads may still run then: end the process with _exit().
 */
int lookup_run(const struct lookup_config *, int questions, int supervisor);

/*
 * The two parts of every lookup. lookup_local asks no name server; true: the answer is
 * complete. Otherwise lookup_network must be called, which may take long.
 */
bool lookup_local(const struct lookup_config *, const struct question *, struct answer *);
void lookup_network(const struct lookup_config *, const struct question *, struct answer *);

#endif
