#include "base/worst.h"

#include <stdio.h>

#include "base/printable.h"

void worst_write(struct worst_lookups *worst, enum worst_list list, unsigned row,
                 int64_t at, int64_t ms, const char *name, const char *reason)
{
    struct worst_cell *cell = &worst->cells[list][row];

    seqlock_write_begin(&cell->lock);
    cell->row.at = at;
    cell->row.ms = ms;
    snprintf(cell->row.name, sizeof cell->row.name, "%s", name);
    snprintf(cell->row.reason, sizeof cell->row.reason, "%s", reason);
    seqlock_write_end(&cell->lock);
}

void worst_clear(struct worst_lookups *worst, enum worst_list list, unsigned row)
{
    worst_write(worst, list, row, 0, 0, "", "");
}

bool worst_read(const struct worst_lookups *worst, enum worst_list list, unsigned row,
                struct worst_row *out)
{
    const struct worst_cell *cell = &worst->cells[list][row];

    if (!seqlock_read(&cell->lock, out, &cell->row, sizeof *out))
        return false;
    printable_make(out->name, sizeof out->name);
    printable_make(out->reason, sizeof out->reason);
    return out->at > 0;
}
