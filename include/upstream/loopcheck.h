/*
 * Finds name servers that lead back to us.
 *
 * A server whose address is one of ours is one without asking. Another one on this host may
 * be a forwarder that forwards to us, everything or some domain: it is asked for a random
 * name, below the root or below the name in question, and if that very question arrives at
 * our own door it leads back. Nobody else can ask it, so no client's question is ever taken
 * for one of ours. Servers on other hosts are not checked: they cannot reach loopback
 * addresses.
 */
#ifndef UPSTREAM_LOOPCHECK_H
#define UPSTREAM_LOOPCHECK_H

#include "dns/question.h"
#include "net/addr.h"
#include "upstream/loops.h"

struct loopcheck;

/* `own`: the addresses we listen on, borrowed for ever. NULL when memory is short. */
struct loopcheck *loopcheck_new(const struct addr *own, size_t own_count);
void loopcheck_free(struct loopcheck *);

/* True if questions to this server would come back, whatever the name. */
bool loopcheck_leads_back(const struct loopcheck *, const struct addr *server);

/* True if it is one of our own addresses. */
bool loopcheck_is_own(const struct loopcheck *, const struct addr *server);
/* True if those for some names might. */
bool loopcheck_may_lead_back(const struct loopcheck *, const struct addr *server);

/* True if the server is to be checked for all names, at the time `now`. */
bool loopcheck_is_due(struct loopcheck *, const struct addr *server, int64_t now);

/*
 * Draws the question that shows whether this name at this server leads back: a random name
 * below it, or if that would be too long below the nearest parent. For all names it is the
 * root. False if there are no random numbers.
 */
bool loopcheck_draw(struct loopcheck *, const struct route *, struct question *);

/* True if a client's question is one of ours: the name that it was drawn for, `checked`,
 * leads back from that server. */
bool loopcheck_recognises(struct loopcheck *, const struct question *, struct addr *server,
                          struct question *checked);

/* The host has changed: what was found is checked again when it is asked for next. */
void loopcheck_forget(struct loopcheck *);

#endif
