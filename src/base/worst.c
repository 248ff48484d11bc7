#include "base/worst.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 4 };

static void begin(struct worst_cell *cell)
{
    __atomic_store_n(&cell->version, cell->version | 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void end(struct worst_cell *cell)
{
    __atomic_store_n(&cell->version, cell->version + 1, __ATOMIC_RELEASE);
}

void worst_write(struct worst_lookups *worst, enum worst_list list, unsigned row,
                 int64_t at, int64_t ms, const char *name, const char *reason)
{
    struct worst_cell *cell = &worst->cells[list][row];

    begin(cell);
    cell->row.at = at;
    cell->row.ms = ms;
    snprintf(cell->row.name, sizeof cell->row.name, "%s", name);
    snprintf(cell->row.reason, sizeof cell->row.reason, "%s", reason);
    end(cell);
}

void worst_clear(struct worst_lookups *worst, enum worst_list list, unsigned row)
{
    worst_write(worst, list, row, 0, 0, "", "");
}

static bool copy(const struct worst_cell *cell, struct worst_row *row)
{
    uint32_t before = __atomic_load_n(&cell->version, __ATOMIC_ACQUIRE);

    memcpy(row, &cell->row, sizeof *row);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return before % 2 == 0 && __atomic_load_n(&cell->version, __ATOMIC_RELAXED) == before;
}

static void make_safe(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

bool worst_read(const struct worst_lookups *worst, enum worst_list list, unsigned row,
                struct worst_row *out)
{
    for (int i = 0; i < TRIES; i++) {
        if (!copy(&worst->cells[list][row], out))
            continue;
        make_safe(out->name, sizeof out->name);
        make_safe(out->reason, sizeof out->reason);
        return out->at > 0;
    }
    return false;
}
