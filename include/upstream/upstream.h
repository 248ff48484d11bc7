/*
 * The DNS client: asks name servers for exactly one name and type, and no thread waits for
 * them. No other module sends DNS packets to servers.
 *
 * Servers are asked in turn, as libc does. The next one is asked when a server is silent
 * for its share of the time, refuses, fails, or is lame. A truncated reply is asked for
 * over TCP, and a server that does not know EDNS is asked without (upstream/infra remembers
 * that). A reply must have the question in the letter case in which it was sent, if the
 * server keeps that (upstream/upstream_query). Ten thousand questions that hang are ten
 * thousand small records here. When there are too many, the oldest question whose servers
 * have had all their turns is given up, or else the oldest of all.
 */
#pragma once

#include "dns/question.h"
#include "net/loop.h"
#include "upstream/infra.h"
#include "upstream/resolv_conf.h"
#include "upstream/result.h"

struct upstream;

struct upstream_config {
    const struct addr *own; /* the addresses we listen on, borrowed for good */
    size_t own_count;
    size_t most;     /* questions under way; the loop ends those beyond in its next round */
    bool mixed_case; /* names go out in mixed letter case, where that is of use */
};

/* NULL when memory is short. */
struct upstream *upstream_new(struct loop *, const struct upstream_config *);
/* Nothing may be under way but loop checks, which end. */
void upstream_free(struct upstream *);

/*
 * Asks the servers that `conf` names, in the way that it says. `done` is called in any
 * case, perhaps before this returns; the result is complete then, and must stay until then.
 */
void upstream_ask(struct upstream *, const struct resolv_conf *conf,
                  const struct question *, struct upstream_result *, result_done *,
                  void *owner);

/* Gives up the question for this result, if it is still under way: `done` is not called. */
void upstream_cancel(struct upstream_result *);

/* True if a client's question is our own loop check come back. Then questions that wait for
 * that server end. */
bool upstream_is_own_check(struct upstream *, const struct question *);

/*
 * Call this for every other question. It may come from a forwarder that is our name server
 * as well and sends its domain back to us. Such a question shows, as a check does, that the
 * forwarder waits for us, so a question that waits there for the same name and type ends.
 */
void upstream_forwarder_asks(struct upstream *, const struct question *);

/* A question with this forwarder's number may be somebody else's: the number is not
 * believed before the next check. */
void upstream_doubt_forwarder(struct upstream *, unsigned number);

/* True if a server is known to ask us for everything. `is_us`: it is this server. */
bool upstream_leads_back(const struct upstream *, const struct addr *server, bool *is_us);

/* What is known of a server, for its status; NULL if nothing is. Valid until the next
 * question. */
const struct infra_server *upstream_server(const struct upstream *, const struct addr *);

/* From now on, everything known about servers is found out again. */
void upstream_host_changed(struct upstream *);
