/* Shows what was found for people: names, addresses and records, or the data alone. */
#pragma once

#include "client/show.h"

/* Shows records on `out` and failures on `err`. If a stream cannot be written, its
 * ferror() says so. */
void view_plain(const struct show *, const struct inquiry *);
