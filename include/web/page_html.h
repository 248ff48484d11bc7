/* The page with the figures of this moment, which can be read without a script. */
#pragma once

#include <stdio.h>

#include "web/figures.h"
#include "web/summary.h"

void page_html(FILE *, const struct summary *, const struct figures *);
