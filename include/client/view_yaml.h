/* Shows a reply as YAML, in the layout of dig +yaml. */
#pragma once

#include "client/show.h"

/* Writes a list item. If there is no reply, it says only what went wrong. */
void view_yaml(struct show *, const struct exchange *);
