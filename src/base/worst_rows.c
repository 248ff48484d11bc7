#include "base/worst_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/counters.h"

static int by_time(const void *one, const void *other)
{
    const struct worst_row *a = one, *b = other;

    return (a->at < b->at) - (a->at > b->at);
}

static int by_duration(const void *one, const void *other)
{
    const struct worst_row *a = one, *b = other;

    return (a->ms < b->ms) - (a->ms > b->ms);
}

/* Several processes may know the same name, of which one row is enough. */
static bool is_there(const struct worst_row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

size_t worst_rows_read(enum worst_list list, int64_t since,
                       struct worst_row rows[static WORST_ROWS_MAX])
{
    static struct worst_row all[COUNTERS_SLOTS * WORST_ROWS];
    size_t found = 0, count = 0;

    for (unsigned slot = 0; slot < COUNTERS_SLOTS; slot++)
        for (unsigned i = 0; i < WORST_ROWS; i++)
            if (worst_read(counters_worst_of(slot), list, i, &all[found]) &&
                all[found].at >= since)
                found++;
    qsort(all, found, sizeof *all, list == WORST_FAILED ? by_time : by_duration);
    for (size_t i = 0; i < found && count < WORST_ROWS_MAX; i++)
        if (!is_there(rows, count, all[i].name))
            rows[count++] = all[i];
    return count;
}
