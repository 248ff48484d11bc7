/* Whether an address is one of this host. */
#pragma once

#include <stdbool.h>

#include "net/addr.h"

enum addr_place { PLACE_UNKNOWN, PLACE_HERE, PLACE_ELSEWHERE };

/* All loopback addresses are here. Unknown if the kernel cannot be asked, which may pass.
 */
enum addr_place place_of(const struct addr *);

/* True if the kernel says that no socket can be bound to it: that it is no address of this
 * host, or not yet (RFC 4862 section 5.4), or that its link is gone. False if one can be
 * bound, or if the kernel cannot be asked. */
bool place_is_missing(const struct addr *);
