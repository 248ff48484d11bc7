/* Shows what has been found out about a name as one JSON object on a line of its own. */
#pragma once

#include "client/findings.h"

#include <stdio.h>

void explain_json(const struct findings *, FILE *out);
