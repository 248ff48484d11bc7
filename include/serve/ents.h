/*
 * Empty non-terminals: names that have no data, but names below that do (RFC 9499). If a
 * source has a.b.test, then b.test exists, though libc calls it unknown; NXDOMAIN would
 * deny a.b.test as well (RFC 8020). Lookup finds those of the hosts file by itself
 * (lookup/hosts_file).
 */
#pragma once

#include "base/list.h"
#include "base/table.h"
#include "dns/answer.h"

enum { ENTS_TTL_MS = 3600 * 1000 }; /* the host may change unseen */

/* All names are folded. A time is clock_ms(). */
struct ents {
    struct table names;
    struct list by_age; /* oldest first */
    size_t most;        /* above that the oldest is forgotten */
};

/* 0, or -1 when memory is short. */
int ents_init(struct ents *, size_t most);
void ents_free(struct ents *);
void ents_clear(struct ents *);
void ents_forget(struct ents *, struct name);

/* The name has data at the time `now`: the names above it exist. False when memory is
 * short. */
bool ents_add(struct ents *, struct name, int64_t now);
/* True if the question's name is known to be one. */
bool ents_have(const struct ents *, const struct question *, int64_t now);
/* Makes NODATA of NXDOMAIN if the question's name is one. */
void ents_correct(const struct ents *, const struct question *, struct answer *,
                  int64_t now);
