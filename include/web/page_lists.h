/* The lists of the page: items of HTML lists, or one that says that there are none.
 * src/web/page/script.js makes the same of figures that come later. */
#pragma once

#include <stdio.h>

#include "web/summary.h"

void page_lists_sources(FILE *, const struct summary *);
void page_lists_rcodes(FILE *, const struct summary *);
void page_lists_slowest(FILE *, const struct summary *);
void page_lists_failing(FILE *, const struct summary *);
void page_lists_name_servers(FILE *, const struct summary *);
