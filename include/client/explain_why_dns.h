/* Reasons that lie in DNS, and in what libc makes of its replies. */
#pragma once

#include "client/findings.h"

/* Adds sentences. */
void explain_why_dns(const struct findings *, struct texts *why);
