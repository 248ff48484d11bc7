#include "../check.h"

#include "base/counters.h"
#include "base/worst_rows.h"

/* The lists of processes are slots of the counters' page. */
static void empty_slots(void)
{
    for (unsigned slot = 0; slot < COUNTERS_SLOTS; slot++) {
        counters_use(slot);
        memset(counters_worst(), 0, sizeof(struct worst_lookups));
    }
}

FIXTURE(worst, empty_slots, NULL);

static void show(unsigned slot, enum worst_list list, unsigned row, int at, int ms,
                 const char *name)
{
    counters_use(slot);
    worst_write(counters_worst(), list, row, at, ms, name, "");
}

/* The names of a list since the time 100, in their order. */
static const char *names(enum worst_list list)
{
    static char text[1000];
    struct worst_row rows[WORST_ROWS_MAX];
    size_t count = worst_rows_read(list, 100, rows);

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        sprintf(text + strlen(text), "%s ", rows[i].name);
    return text;
}

TEST_WITH(worst, the_longest_come_first)
{
    show(1, WORST_SLOW, 0, 100, 5, "five");
    show(2, WORST_SLOW, 3, 100, 7, "seven");
    show(63, WORST_SLOW, 7, 100, 6, "six");
    assert_string_equal(names(WORST_SLOW), "seven six five ");
    assert_string_equal(names(WORST_HUNG), "");
}

TEST_WITH(worst, the_last_failures_come_first)
{
    show(1, WORST_FAILED, 0, 100, 9, "early");
    show(2, WORST_FAILED, 0, 300, 1, "late");
    show(3, WORST_FAILED, 0, 200, 5, "between");
    show(4, WORST_FAILED, 0, 99, 5, "too early");
    assert_string_equal(names(WORST_FAILED), "late between early ");
}

TEST_WITH(worst, a_name_comes_once)
{
    show(1, WORST_SLOW, 0, 100, 5, "a");
    show(2, WORST_SLOW, 0, 100, 9, "a");
    show(3, WORST_SLOW, 0, 100, 7, "b");
    show(4, WORST_SLOW, 0, 100, 8, "a");
    assert_string_equal(names(WORST_SLOW), "a b ");
}

TEST_WITH(worst, there_is_room_for_the_first)
{
    char name[8];

    for (unsigned i = 0; i < 20; i++) {
        sprintf(name, "n%u", i);
        show(i, WORST_SLOW, 0, 100, (int)(i * 7 % 20), name);
    }
    assert_string_equal(names(WORST_SLOW), "n17 n14 n11 n8 n5 n2 n19 n16 n13 n10 ");
}

static void open_page(void)
{
    assert_int_not_equal(counters_open(-1), -1);
}

GROUP(open_page, NULL);
