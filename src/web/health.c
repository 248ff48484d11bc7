#include "web/health.h"

#include <stddef.h>

#include "base/counters.h"

const char *health_fault(void)
{
    if (counters_sum(COUNT_STARTING_SERVE) > 0)
        return "A serve process is being started.\n";
    if (counters_sum(COUNT_STARTING_LOOKUP) > 0)
        return "The lookup process is being started.\n";
    return NULL;
}
