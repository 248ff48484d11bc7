/* Shows what has been found out about a name, for people. */
#pragma once

#include "client/findings.h"

#include <stdio.h>

void explain_view(const struct findings *, bool is_coloured, FILE *out);
