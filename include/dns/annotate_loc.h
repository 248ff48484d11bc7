/* The fields of LOC records (RFC 1876): a place on earth. */
#pragma once

#include "dns/walk.h"

/* Each returns false, and tells nothing, if there are not enough octets. */
bool annotate_size(struct walk *, const char *name, const char *meaning);
bool annotate_latitude(struct walk *);
bool annotate_longitude(struct walk *);
bool annotate_altitude(struct walk *);
