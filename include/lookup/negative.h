/* The last touch to an answer without records. */
#ifndef LOOKUP_NEGATIVE_H
#define LOOKUP_NEGATIVE_H

#include "lookup/lookup.h"

/*
 * NXDOMAIN and NODATA without an alias get the SOA record that lets caches hold them. After
 * an alias it would have to come from the target's zone, which nobody told us.
 */
void negative_finish(const struct lookup_config *, const struct question *,
                     struct answer *);

#endif
