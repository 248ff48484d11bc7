/* Reasons that lie in sources with rules of their own: multicast DNS, which looks up
 * names below .local, and systemd-resolved, which does not tell libc all that it knows. */
#pragma once

#include "client/findings.h"

/* Adds sentences. */
void explain_why_modules(const struct findings *, struct texts *why);
