/* The lookups worth showing of all processes together (base/worst), for whoever shows them.
 */
#pragma once

#include <stddef.h>

#include "base/worst.h"

enum { WORST_ROWS_MAX = 10 };

/* Copies the rows since this clock_ms(), each name once: failures with the newest first,
 * and other lookups with the longest first. Returns how many there are. */
size_t worst_rows_read(enum worst_list, int64_t since,
                       struct worst_row rows[static WORST_ROWS_MAX]);
