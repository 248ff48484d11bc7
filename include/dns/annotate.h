/*
 * Explains a message octet by octet: which field each octet belongs to, what it says,
 * and where that is specified. It is for people who want to learn what a packet looks
 * like, or have one that nobody understands.
 */
#pragma once

#include "dns/walk.h"

/*
 * Calls `take` for each field in order. Each octet belongs to exactly one field; octets
 * that break the rules are a field, too. The cost is proportional to the size.
 */
void annotate(const uint8_t *wire, size_t size, walk_take *, void *context);
