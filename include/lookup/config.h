/* What the operator and the supervisor have set for the lookup process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct addr;
struct local_data;

struct lookup_config {
    unsigned max_lookups;           /* the largest number of threads */
    const struct local_data *local; /* borrowed */
    bool half_answers;              /* see lookup/half */
    bool mixed_case;                /* names may go to name servers in mixed letter case */
    const struct addr *own; /* the addresses we listen on, never to be asked; borrowed */
    size_t own_count;
    const int *questions; /* a channel to each serve process; borrowed */
    size_t question_count;
};
