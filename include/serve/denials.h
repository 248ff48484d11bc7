/*
 * Knows when a denied name has been seen after all: by an answer for it, or for a name
 * below it (RFC 8020). Memory is fixed, so many names share one place. A denial whose place
 * was taken by a newer one is not known to be disproved, and ends with its TTL.
 */
#pragma once

#include "dns/name.h"

enum { DENIALS_MAX = 4096 };

struct denials {
    struct denial {
        uint64_t hash; /* of the name; 0: none */
        int64_t seen;  /* clock_ms(); 0: not since it was denied */
    } places[DENIALS_MAX];
};

/* The folded name has been denied. A zeroed struct knows of no denials. */
void denials_add(struct denials *, struct name);

/* The folded name exists at the time `now`, and so do all above it. */
void denials_disprove(struct denials *, struct name, int64_t now);

/* True if the folded name has been seen at the time `since` or later. */
bool denials_are_disproved(const struct denials *, struct name, int64_t since);
