/* The options of an OPT record, field by field. */
#pragma once

#include "dns/walk.h"

/* Walks to the end of the record's data, which is `walk->end`. */
void annotate_options(struct walk *);
