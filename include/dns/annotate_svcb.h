/* The parameters of SVCB and HTTPS records (RFC 9460 section 2.2), field by field. */
#pragma once

#include "dns/walk.h"

/* Walks over parameters up to `walk->end`. False, and stands before it, if one is cut. */
bool annotate_parameters(struct walk *);
