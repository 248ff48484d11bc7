/* Reasons why the server that the client asks by default differs from getaddrinfo(). */
#pragma once

#include "client/findings.h"

/* Adds sentences. */
void explain_why_ours(const struct findings *, struct texts *why);
