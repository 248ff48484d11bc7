/*
 * Finds name servers that lead back to us.
 *
 * A server whose address is ours leads back. Another server on this host may be a forwarder
 * that sends us everything, or some domain. It is asked for a random name, below the root
 * or below the name in question, and if that very question arrives here, it leads back.
 * Nobody else can ask for that name, so no client's question is ever taken for one of ours.
 * Servers on other hosts are not checked: they cannot reach loopback addresses.
 */
#pragma once

#include "dns/question.h"
#include "net/addr.h"
#include "upstream/loops.h"

struct loopcheck;

/* `own`: the addresses we listen on, borrowed for good. NULL when memory is short. */
struct loopcheck *loopcheck_new(const struct addr *own, size_t own_count);
void loopcheck_free(struct loopcheck *);

/* True if questions to this server would come back, whatever the name. */
bool loopcheck_leads_back(const struct loopcheck *, const struct addr *server);

/* True if the address is one of our own. */
bool loopcheck_is_own(const struct loopcheck *, const struct addr *server);
/* True if questions for some names might come back. */
bool loopcheck_may_lead_back(const struct loopcheck *, const struct addr *server);

/*
 * True if the server must be checked for all names at the time `now`. That is so at first,
 * and once a minute while all names lead back, or when a domain has been found that does.
 */
bool loopcheck_is_due(struct loopcheck *, const struct addr *server, int64_t now);
/* A domain has been found that leads back from the server, by a name asked for at the time
 * `asked`. All names may lead back, if they have not been checked since. */
void loopcheck_suspect(struct loopcheck *, const struct addr *server, int64_t asked);

/*
 * Draws the question that shows whether this name at this server leads back: a random name
 * below it, or below its nearest parent that leaves room. The root stands for all names.
 * False if the kernel has no random numbers.
 */
bool loopcheck_draw(struct loopcheck *, const struct route *, struct question *);

/* The number of the forwarder (question_forwarder) that has brought our question to this
 * server back; 0: it is not known. */
unsigned loopcheck_forwarder(const struct loopcheck *, const struct addr *server);
/* That number, if it did so less than a minute ago; otherwise 0. */
unsigned loopcheck_proven_forwarder(const struct loopcheck *, const struct addr *server,
                                    int64_t now);

/* This number may be somebody else's, until it brings back another check. */
void loopcheck_doubt(struct loopcheck *, unsigned forwarder);

/* True if a client's question is one of ours: then the name for which it was drawn,
 * `checked`, leads back from that server. */
bool loopcheck_recognises(struct loopcheck *, const struct question *, struct addr *server,
                          struct question *checked);

/* The host has changed: a server is checked again when it is next used. */
void loopcheck_forget(struct loopcheck *);
