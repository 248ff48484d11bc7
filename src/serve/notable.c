#include "serve/notable.h"

#include <stdio.h>
#include <string.h>

enum {
    SLOW_MS = 2,          /* a lookup that takes less is not slow */
    SLOW_STAY_MS = 600000 /* that a slow lookup is shown */
};

/* A name that is too long is cut. */
static void name_of(const struct question *question, char name[static WORST_NAME])
{
    char text[QUESTION_TEXT];

    question_text(question, text);
    if (strlen(text) >= WORST_NAME)
        strcpy(text + WORST_NAME - 4, "...");
    snprintf(name, WORST_NAME, "%.*s", WORST_NAME - 1, text);
}

static bool is_free(const struct worst_row *row, int64_t now)
{
    return row->at == 0 || row->at + SLOW_STAY_MS < now;
}

/* The row of the list with this name; WORST_ROWS if there is none. */
static unsigned row_named(const struct worst_lookups *worst, enum worst_list list,
                          const char *name)
{
    unsigned row = 0;

    while (row < WORST_ROWS && (worst->cells[list][row].row.at == 0 ||
                                strcmp(worst->cells[list][row].row.name, name) != 0))
        row++;
    return row;
}

/* The row of a slow lookup that is given up first. */
static unsigned least_slow(const struct worst_lookups *worst, int64_t now)
{
    const struct worst_cell *cells = worst->cells[WORST_SLOW];
    unsigned least = 0;

    for (unsigned i = 0; i < WORST_ROWS; i++) {
        if (is_free(&cells[i].row, now))
            return i;
        if (cells[i].row.ms < cells[least].row.ms)
            least = i;
    }
    return least;
}

static void note_slow(struct worst_lookups *worst, const struct question *question,
                      int64_t now, int64_t ms)
{
    const struct worst_cell *cells = worst->cells[WORST_SLOW];
    unsigned row = least_slow(worst, now), same;
    char name[WORST_NAME];

    if (!is_free(&cells[row].row, now) && cells[row].row.ms >= ms)
        return;
    name_of(question, name);
    same = row_named(worst, WORST_SLOW, name);
    if (same < WORST_ROWS) {
        if (!is_free(&cells[same].row, now) && cells[same].row.ms >= ms)
            return;
        row = same;
    }
    worst_write(worst, WORST_SLOW, row, now, ms, name, "");
}

/* The oldest row of a list. */
static unsigned oldest(const struct worst_lookups *worst, enum worst_list list)
{
    unsigned oldest = 0;

    for (unsigned i = 1; i < WORST_ROWS; i++)
        if (worst->cells[list][i].row.at < worst->cells[list][oldest].row.at)
            oldest = i;
    return oldest;
}

void notable_failure(struct worst_lookups *worst, const struct question *question,
                     const char *reason, int64_t now, int64_t ms)
{
    char name[WORST_NAME];
    unsigned row;

    name_of(question, name);
    row = row_named(worst, WORST_FAILED, name);
    if (row == WORST_ROWS)
        row = oldest(worst, WORST_FAILED);
    worst_write(worst, WORST_FAILED, row, now, ms, name, reason);
}

void notable_lookup(struct worst_lookups *worst, const struct question *question,
                    const struct answer *answer, int64_t now, int64_t ms)
{
    if (ms >= SLOW_MS)
        note_slow(worst, question, now, ms);
    if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN)
        notable_failure(worst, question,
                        *answer->ede_text ? answer->ede_text : rcode_text(answer->rcode),
                        now, ms);
}

void notable_hung(struct worst_lookups *worst, unsigned row,
                  const struct question *question, int64_t now, int64_t ms)
{
    char name[WORST_NAME];

    name_of(question, name);
    worst_write(worst, WORST_HUNG, row, now, ms, name, "");
}
