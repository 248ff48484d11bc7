/* Figures as people read them; src/web/page/format.js writes the same for figures that come
 * later. */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* "1,234,567" */
void page_text_count(FILE *, uint64_t);

/* "0.45 ms", "4.5 ms", "45 ms", "4.5 s"; a dash if it is negative: it is not known. */
void page_text_duration(FILE *, double ms);

/* How long something has lasted, in the largest unit that there are two of: "119 s",
 * "2 min". */
void page_text_span(FILE *, int64_t seconds);

/* "75 %"; a dash if the whole is 0. */
void page_text_percent(FILE *, uint64_t part, uint64_t whole);
