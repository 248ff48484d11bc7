/* Recent questions for programs, and for the script of the page, as JSON. All that is not
 * printable ASCII is escaped. */
#pragma once

#include <stdio.h>

#include "web/question_row.h"

/* Each returns false if memory is too short; then part of it may have been written. */

/* What the table has of a question, in one line: time, client, name, source and so on. */
bool question_json_put(FILE *, const struct question_row *);
/* An array of these, the newest first, at most QUESTION_ROWS. */
bool question_json_all(FILE *);
/* The same of one question, and with it its way, and both packets octet by octet. */
bool question_json_whole(FILE *, const struct recent_record *);
