#include "../check.h"

#include "base/worst.h"

static struct worst_lookups worst;
static struct worst_row row;

static void clear(void)
{
    memset(&worst, 0, sizeof worst);
}

FIXTURE(worst, clear, NULL);

TEST_WITH(worst, a_row_is_read_as_it_was_written)
{
    worst_write(&worst, WORST_FAILED, 3, 1000, 20, "a.test. A", "refused");
    assert_true(worst_read(&worst, WORST_FAILED, 3, &row));
    assert_int_equal(row.at, 1000);
    assert_int_equal(row.ms, 20);
    assert_string_equal(row.name, "a.test. A");
    assert_string_equal(row.reason, "refused");
    assert_false(worst_read(&worst, WORST_SLOW, 3, &row));
    assert_false(worst_read(&worst, WORST_FAILED, 2, &row));
}

TEST_WITH(worst, a_row_that_was_cleared_is_empty)
{
    worst_write(&worst, WORST_HUNG, 0, 1000, 20, "a.test. A", "");
    worst_clear(&worst, WORST_HUNG, 0);
    assert_false(worst_read(&worst, WORST_HUNG, 0, &row));
}

TEST_WITH(worst, long_texts_are_cut)
{
    char text[1000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    worst_write(&worst, WORST_SLOW, 7, 1, 0, text, text);
    assert_true(worst_read(&worst, WORST_SLOW, 7, &row));
    assert_int_equal(strlen(row.name), WORST_NAME - 1);
    assert_int_equal(strlen(row.reason), WORST_REASON - 1);
}

/* Its texts have no end, too. */
TEST_WITH(worst, what_was_written_by_a_process_gone_wild_is_read_safely)
{
    struct worst_row *wild = &worst.cells[WORST_SLOW][0].row;

    wild->at = 1;
    memset(wild->name, 0x1b, sizeof wild->name);
    memset(wild->reason, 0xff, sizeof wild->reason);
    assert_true(worst_read(&worst, WORST_SLOW, 0, &row));
    assert_int_equal(strspn(row.name, "?"), WORST_NAME - 1);
    assert_int_equal(strspn(row.reason, "?"), WORST_REASON - 1);
}

TEST_WITH(worst, a_row_under_way_is_not_read_and_the_next_writer_ends_it)
{
    worst_write(&worst, WORST_SLOW, 0, 1, 2, "a", "b");
    worst.cells[WORST_SLOW][0].lock.version |= 1; /* the writer dies here */
    assert_false(worst_read(&worst, WORST_SLOW, 0, &row));
    worst_write(&worst, WORST_SLOW, 0, 3, 4, "c", "d");
    assert_true(worst_read(&worst, WORST_SLOW, 0, &row));
    assert_string_equal(row.name, "c");
}
