/* The operator's names, for tests. */
#pragma once

#include "serve/names.h"

static struct local_data local = {.ttl = 10, .negative_ttl = 5};

/* The names of these lines, or NULL with the reason. */
static inline struct names *names_of(const char *text, char why[static NAMES_REASON])
{
    struct names *names = names_new(&local);
    char copy[1024], *rest = copy, *line;

    assert_non_null(names);
    strcpy(copy, text);
    while ((line = strsep(&rest, "\n")) && rest)
        if (!names_add(names, line, why)) {
            names_free(names);
            return NULL;
        }
    return names;
}
