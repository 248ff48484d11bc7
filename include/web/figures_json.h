/* The figures for programs: the JSON of /figures. */
#pragma once

#include <stdio.h>

#include "web/figures.h"
#include "web/summary.h"

/* The newest point of the figures, which has to be there, and what waits and hangs now.
 * Each function returns false if memory is too short; then part of it may have been
 * written. */
bool figures_json_newest(FILE *, const struct figures *);
bool figures_json(FILE *, const struct summary *, const struct figures *);
