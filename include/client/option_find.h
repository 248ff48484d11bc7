/* Finds the option that a word of the command line stands for. */
#pragma once

#include "client/option_table.h"

struct option_found {
    const struct option_row *row;   /* NULL: no option */
    const struct option_row *other; /* another option that may be meant, or NULL */
    const char *value;              /* in the same word, or NULL */
    bool is_denied;                 /* "+no..." */
};

/* An option with "+" may be abbreviated to any beginning that no other option shares. */
struct option_found option_find(const char *word);

/* The option that was probably meant by a word that is not one, or NULL. */
const char *option_nearest(const char *word);
