/* Reasons that lie in the hosts: line: its sources, their order, their actions. */
#pragma once

#include "client/findings.h"

/* Adds sentences. */
void explain_why_sources(const struct findings *, struct texts *why);
