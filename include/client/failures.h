/* Says in a line for people what was not found about a name, and why. */
#pragma once

#include "client/show.h"

/* Shows each failure as one line on `err` that names the server, if there is any. */
void failures_show(const struct show *, const struct inquiry *);
