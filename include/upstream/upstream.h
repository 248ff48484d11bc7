/*
 * The only way DNS packets leave: asks the host's name servers, as resolv.conf says, for
 * exactly one name and type, without a thread that waits.
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
struct stream;

/* A question under way. Its owner sets what stands first, and may free it when `done` is
 * called or after upstream_cancel. */
struct errand {
    struct question question;
    void (*done)(struct errand *);

    /* The outcome: a reply to the question, which the owner frees, or why there is none. */
    uint8_t *reply;
    size_t reply_len;
    enum ede ede;
    char failure[ANSWER_TEXT];

    /* The rest is upstream's. */
    struct upstream *upstream;
    struct list link, in_late;
    struct servers servers;
    size_t first;    /* the server to begin with: changes with `rotate` */
    size_t step;     /* turns taken */
    size_t current;  /* the server whose turn it is */
    int64_t give_up; /* clock_ms() */
    int64_t try_ms;  /* a turn's share of the time */
    bool failed[SERVERS_MAX], without_edns[SERVERS_MAX];
    bool is_check; /* a loop check: asks one server once */
    struct list shots;
    struct stream *stream;
    size_t stream_server;
    uint16_t stream_id;
    struct timer timer;
};

/*
 * `own`: the addresses we listen on, borrowed for ever. `most`: so many questions may be
 * under way, those of one round of the loop apart. NULL when memory is short.
 */
struct upstream *upstream_new(struct loop *, const struct addr *own, size_t own_count,
                              size_t most);
/* Nothing may be under way but loop checks, which end. */
void upstream_free(struct upstream *);

/* Starts; `done` may be called before this returns. */
void upstream_ask(struct upstream *, struct errand *);

/* True if a client's question is our own loop check come back; asks it concerns end. */
bool upstream_is_own_check(struct upstream *, const struct question *);

/* Which servers lead back is found out again, for who asks from now on. */
void upstream_host_changed(struct upstream *);

#endif
