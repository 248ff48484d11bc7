/* Shows a question and its reply as one JSON object, with the names of RFC 8427. */
#pragma once

#include "client/show.h"

/* Writes one line. Without a reply the object has the question and a member "error". */
void view_json(struct show *, const struct exchange *);
