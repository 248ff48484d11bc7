/*
 * Names that nobody else asks for: sixteen random digits and hostdns-loop-check, in
 * front of a domain. A name server that forwards the question for one to us leads back
 * to us (upstream/loopcheck).
 */
#pragma once

#include "dns/question.h"

enum { LOOP_NAME_FRONT = 1 + 16 + 1 + 18 }; /* octets in front of the domain */

/* False if there are no random numbers. */
bool loop_name_draw(uint8_t out[static LOOP_NAME_FRONT]);

/* True if the question is for such a name, even one of another server. */
bool loop_name_is_asked(const struct question *);
