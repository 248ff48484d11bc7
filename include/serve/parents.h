/*
 * The parents of names that the host itself knows. If a source has a.b.test, then b.test
 * exists as well, without data; but libc calls it unknown, and "no such name" would deny
 * a.b.test too (RFC 8020). So they are remembered, within a bound. Those of the hosts file
 * lookup knows by itself (lookup/hosts_file).
 */
#ifndef SERVE_PARENTS_H
#define SERVE_PARENTS_H

#include "base/list.h"
#include "base/table.h"
#include "dns/answer.h"

enum {
    PARENTS_MAX = 4096,
    PARENTS_STAY_MS = 3600 * 1000, /* the host's files may change */
};

struct parents {
    struct table names;
    struct list by_age; /* oldest first */
};

/* 0, or -1 when memory is short. */
int parents_init(struct parents *);
void parents_free(struct parents *);
/* The host's files may have changed: nothing is known any more. */
void parents_clear(struct parents *);
/* Likewise of one folded name. */
void parents_forget(struct parents *, const uint8_t *name, size_t len);

/*
 * Remembers the parents of a name that has local data, at the time `now`, and makes "no
 * data" of "no such name" for a parent of such a name. The question is folded.
 */
void parents_see(struct parents *, const struct question *, struct answer *, int64_t now);

#endif
