/* Asks the kernel where it would send a packet. It tells any user. */
#pragma once

#include <stdbool.h>

#include "net/addr.h"

/* True if the kernel says that a packet to the address would not stay on this host. False
 * if it would, or if the kernel cannot be asked. */
bool route_leaves_host(const struct addr *);
