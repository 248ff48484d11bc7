/*
 * Finds name servers that lead back to us.
 *
 * A server whose address is one of ours is one without asking. Another one on this host may
 * be a forwarder that forwards to us: it is asked for a random name, once in a while, and
 * if that very question arrives at our own door it leads back. Servers on other hosts
 * cannot reach loopback addresses, and we serve no others.
 */
#ifndef UPSTREAM_LOOPCHECK_H
#define UPSTREAM_LOOPCHECK_H

#include "dns/question.h"
#include "net/addr.h"

struct loopcheck;

/* `own`: the addresses we listen on, borrowed for ever. NULL when memory is short. */
struct loopcheck *loopcheck_new(const struct addr *own, size_t own_count);
void loopcheck_free(struct loopcheck *);

/* True if questions to this server would come back. */
bool loopcheck_leads_back(const struct loopcheck *, const struct addr *server);

/* True if the server is to be checked at the time `now`; `question` is what to ask it. */
bool loopcheck_is_due(struct loopcheck *, const struct addr *server, int64_t now,
                      struct question *question);

/* True if a client's question is one of ours: the server it was sent to leads back. */
bool loopcheck_recognises(struct loopcheck *, const struct question *);

/* The host has changed: what was found is checked again when it is asked for next. */
void loopcheck_forget(struct loopcheck *);

#endif
