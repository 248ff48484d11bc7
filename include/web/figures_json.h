/* The figures for programs: the JSON of /figures. */
#pragma once

#include <stdio.h>

#include "web/figures.h"
#include "web/summary.h"

/* False if memory is too short; then part of it may have been written. */
bool figures_json(FILE *, const struct summary *, const struct figures *);
