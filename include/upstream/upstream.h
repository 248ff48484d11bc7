/*
 * The only way DNS packets leave: asks name servers for exactly one name and type, without
 * a thread that waits.
 *
 * Servers are asked in turn, as libc does: the next one when a server is silent for its
 * share of the time, refuses, fails, or is lame; TCP after a truncated reply; without EDNS
 * where a server does not know it. Ten thousand questions that hang are ten thousand small
 * records here. When there are too many, the oldest of those that have had all their turns
 * is given up, and then the oldest of all.
 */
#ifndef UPSTREAM_UPSTREAM_H
#define UPSTREAM_UPSTREAM_H

#include "dns/answer.h"
#include "net/loop.h"
#include "upstream/resolv_conf.h"

struct upstream;
struct upstream_query;

/* What came of a question: a reply to it, which the owner frees, or why there is none. */
struct upstream_result {
    struct upstream_query *query; /* under way; NULL once the result is complete */
    uint8_t *reply;               /* NULL if there is none */
    size_t reply_len;
    enum ede ede;
    char failure[ANSWER_TEXT];
    bool
        is_denial; /* the reply is our own, since every server asks us; `failure` says so */
    int error;     /* the last one of the network's, an errno; 0: none */
    unsigned rcode; /* that the last server has failed with; 0: none has */
};

/* Told that the result is complete. */
typedef void upstream_done(void *owner);

/*
 * `own`: the addresses we listen on, borrowed for ever. `most`: so many questions may be
 * under way, those of one round of the loop apart. NULL when memory is short.
 */
struct upstream *upstream_new(struct loop *, const struct addr *own, size_t own_count,
                              size_t most);
/* Nothing may be under way but loop checks, which end. */
void upstream_free(struct upstream *);

/*
 * Asks the servers that `conf` names, in its manner. The result, which must be there until
 * then, is filled in when `done` is called: always, and perhaps before this returns.
 */
void upstream_ask(struct upstream *, const struct resolv_conf *conf,
                  const struct question *, struct upstream_result *, upstream_done *,
                  void *owner);

/* Gives up the question that this is to be the result of, if it is still under way: `done`
 * will not be called. */
void upstream_cancel(struct upstream_result *);

/* True if a client's question is our own loop check come back; questions it concerns end.
 */
bool upstream_is_own_check(struct upstream *, const struct question *);

/* True if a server is known to ask us for all that it is asked. `is_us`: it is this server.
 */
bool upstream_leads_back(const struct upstream *, const struct addr *server, bool *is_us);

/* Which servers lead back is found out again, for who asks from now on. */
void upstream_host_changed(struct upstream *);

#endif
