/* One page for all cases: each is about what comes on top of what was there. */
#include "../check.h"

#include "base/counters.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int page = -1;

static void set_up(void)
{
    page = counters_open(-1);
    assert_int_not_equal(page, -1);
    counters_use(0);
}

TEST(what_is_counted_is_summed)
{
    uint64_t before = counters_sum(COUNT_LOOKUPS);

    count(COUNT_LOOKUPS);
    counters_use(3);
    count(COUNT_LOOKUPS);
    count(COUNT_LOOKUPS);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_LOOKUPS) - before, 3);
}

TEST(another_process_counts_in_the_same_page)
{
    uint64_t before = counters_sum(COUNT_TYPE_A);
    pid_t pid = fork();

    if (pid == 0) {
        counters_use(5);
        count(COUNT_TYPE_A);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(counters_sum(COUNT_TYPE_A) - before, 1);
}

TEST(a_page_that_is_handed_over_goes_on)
{
    uint64_t before;

    count(COUNT_RELOADS);
    before = counters_sum(COUNT_RELOADS);
    assert_int_equal(counters_open(page), page);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_RELOADS), before);
    count(COUNT_RELOADS);
    assert_int_equal(counters_sum(COUNT_RELOADS), before + 1);
}

/* What another version of the program counts is not understood. */
TEST(a_page_of_another_layout_is_replaced)
{
    off_t size = lseek(page, 0, SEEK_END);
    int other = memfd_create("other", MFD_CLOEXEC), made;

    assert_int_equal(ftruncate(other, size), 0);
    made = counters_open(other);
    assert_int_not_equal(made, -1);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_RELOADS), 0);
    close(made);
    page = counters_open(-1);
    counters_use(0);
}

TEST(gauges_begin_anew_and_counters_go_on)
{
    uint64_t before = counters_sum(COUNT_CACHE_HITS);

    counters_use(7);
    count(COUNT_CACHE_HITS);
    count_set(COUNT_CACHE_ENTRIES, 12);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 12);
    counters_use(7);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 0);
    count_set(COUNT_CACHE_ENTRIES, 4);
    counters_use(0);
    counters_reset_gauges(7);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 0);
    assert_int_equal(counters_sum(COUNT_CACHE_HITS), before + 1);
}

TEST(a_note_can_be_read_by_its_slot)
{
    char text[COUNTERS_NOTE], longer[COUNTERS_NOTE + 10];

    counters_use(9);
    counters_note("127.0.0.1:53");
    counters_read_note(9, text);
    assert_string_equal(text, "127.0.0.1:53");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    counters_note(longer);
    counters_read_note(9, text);
    assert_int_equal(strlen(text), COUNTERS_NOTE - 1);
    counters_use(0);
}

TEST(names_differ_and_have_a_help)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++) {
        assert_true(*counter_rows[i].help);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(counter_rows[i].name, counter_rows[j].name);
    }
}

GROUP(set_up, NULL);
