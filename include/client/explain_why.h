/*
 * Says in sentences why the sources and servers that were asked about a name differ. It
 * draws its conclusions from findings and nothing else.
 */
#pragma once

#include "client/findings.h"

/* Fills in `why`: at least one sentence. */
void explain_why(struct findings *);
