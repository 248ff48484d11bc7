/* The table of recent questions, as it is at the moment when the page is asked for.
 * src/web/page/questions.js makes the same rows of questions that come later. */
#pragma once

#include <stdio.h>

#include "web/question_row.h"

/* The row of a table. */
void page_rows_put(FILE *, const struct question_row *);
/* All rows, the newest first, at most QUESTION_ROWS. */
void page_rows(FILE *);
