/*
 * Answers to questions for the host: from the cache, or by a flight, a lookup that all who
 * ask the same wait for (serve/pending). What a flight finds goes to them and to the cache,
 * even if nobody waits any more.
 *
 * If the operator wants stale answers (RFC 8767), one that has ended is better than a
 * failure, and than a wait of more than STALE_TIMEOUT_MS. When a lookup has failed or taken
 * that long, the next one would as well, so for some time a stale answer is given at once,
 * without a lookup (serve/cache). A lookup that succeeds ends this.
 */
#pragma once

#include "base/worst.h"
#include "net/loop.h"
#include "serve/cache.h"
#include "serve/forwarders.h"
#include "serve/query.h"

enum { FLIGHT_HUNG_MS = 1000 }; /* a lookup that takes so long is shown to the operator */

struct flights;

/* `channel` leads to the lookup process. All is borrowed; without `forwarders`, which may
 * be NULL, none is known. NULL with errno. */
struct flights *flights_new(const struct serve_config *, struct loop *, int channel,
                            struct cache *, struct forwarders *forwarders);
/* Ends all flights without a reply. Accepts NULL. */
void flights_free(struct flights *);

/* Answers the query at once, or copies it to wait for what flights_send asks. The question
 * is the query's own, or the one for the target of its chain. */
void flights_ask(struct flights *, struct query *, const struct question *);

/* Looks the folded question up again, so that the cache has a new answer in time. */
void flights_prefetch(struct flights *, const struct question *);

/* Sends the questions that have come up to the lookup process, all together. To be called
 * when no more are at hand. */
void flights_send(struct flights *);

/* Queries that wait. */
size_t flights_waiting(const struct flights *);

/*
 * The host may have changed: forgets what is known, and keeps nothing that flights under
 * way find. Returns how many answers were forgotten.
 */
size_t flights_flush(struct flights *);
/* Does the same for one folded name. */
size_t flights_forget(struct flights *, struct name);

/* The lookup process has died: the queries that wait for what it was asked get SERVFAIL. */
void flights_lookup_died(struct flights *);

/* Shows the oldest lookups that at the time `now` (clock_ms()) are under way for
 * FLIGHT_HUNG_MS or longer. Returns how many there are. */
size_t flights_show_hung(const struct flights *, struct worst_lookups *, int64_t now);
