/* The two plots of the page, as they are at the moment when it is asked for.
 * src/web/page/plot.js draws the same from then on. */
#pragma once

#include <stdio.h>

#include "web/figures.h"

/* Paths in a drawing of 600 by 100 units, the newest second at its right edge. */
void page_plot_rate(FILE *, const struct figures *);
void page_plot_cached_rate(FILE *, const struct figures *);
void page_plot_median(FILE *, const struct figures *);
void page_plot_p99(FILE *, const struct figures *);

/* The seconds that the plots reach back: 60, 120, 300 or 600. */
unsigned page_plot_span(const struct figures *);
/* The top of the axis of rates, an even number that is above all rates. */
unsigned long page_plot_top(const struct figures *);
