/* Turns come in the order of arrival, so many at a time, and one for each name. */
#include "../check.h"
#include "../reply_text.h"

#include "lookup/scan_queue.h"

enum { CASES = 8 };

static struct scan_queue scans;
static struct asker {
    struct scan scan;
    struct question question;
    bool asks_again; /* when it is told to go */
} askers[CASES];

static char told[64]; /* who was told to go, or whose turn it was, in order */

static void note(const char *what, const struct asker *asker)
{
    size_t len = strlen(told);

    snprintf(told + len, sizeof told - len, "%s%s%d", len > 0 ? " " : "", what,
             (int)(asker - askers));
}

/* "run 1": it runs now; "wait 1": later. */
static void ask(struct asker *asker)
{
    note(scan_queue_begin(&scans, &asker->scan) ? "run" : "wait", asker);
}

static void go(struct scan *scan)
{
    struct asker *asker = list_item(scan, struct asker, scan);

    if (asker->asks_again)
        ask(asker);
    else
        note("go", asker);
}

/* Each case begins with the names in this order: "a", or "b" for a second time. */
static void set_up(void)
{
    static const char *const names[CASES] = {"a", "b", "c", "a", "B", "d", "e", "f"};

    memset(askers, 0, sizeof askers);
    assert_int_equal(scan_queue_init(&scans, 2), 0);
    for (int i = 0; i < CASES; i++) {
        askers[i].question = question_of(names[i], "A");
        askers[i].scan.question = &askers[i].question;
        askers[i].scan.go = go;
        askers[i].asks_again = true;
    }
    *told = '\0';
}

static void tear_down(void)
{
    for (int i = 0; i < CASES; i++)
        askers[i].asks_again = false;
    for (int i = 0; i < CASES; i++)
        scan_queue_end(&scans, &askers[i].scan);
    assert_int_equal(scans.running, 0);
    assert_int_equal(scans.waiting_count, 0);
    table_free(&scans.by_name);
}

FIXTURE(scans, set_up, tear_down);

static const char *said(void)
{
    static char copy[sizeof told];

    strcpy(copy, told);
    *told = '\0';
    return copy;
}

static void end(int number)
{
    scan_queue_end(&scans, &askers[number].scan);
}

TEST_WITH(scans, only_as_many_as_there_may_be_run_at_a_time)
{
    ask(&askers[0]);
    ask(&askers[1]);
    ask(&askers[2]);
    assert_string_equal(said(), "run0 run1 wait2");
    end(0);
    assert_string_equal(said(), "run2");
    end(1);
    end(2);
    assert_string_equal(said(), "");
}

TEST_WITH(scans, turns_come_in_the_order_of_arrival)
{
    for (int i = 0; i < 3; i++)
        ask(&askers[i]);
    ask(&askers[5]);
    ask(&askers[6]);
    assert_string_equal(said(), "run0 run1 wait2 wait5 wait6");
    end(1);
    ask(&askers[7]);
    end(2);
    end(0);
    assert_string_equal(said(), "run2 wait7 run5 run6");
}

TEST_WITH(scans, one_of_a_name_runs_and_the_others_look_then)
{
    askers[3].asks_again = askers[4].asks_again = false;
    ask(&askers[0]);
    ask(&askers[3]);
    ask(&askers[1]);
    ask(&askers[4]);
    assert_string_equal(said(), "run0 wait3 run1 wait4");
    end(1);
    assert_string_equal(said(), "go4");
    end(0);
    assert_string_equal(said(), "go3");
}

TEST_WITH(scans, one_that_still_needs_a_turn_gets_it)
{
    ask(&askers[0]);
    ask(&askers[3]);
    end(0);
    assert_string_equal(said(), "run0 wait3 run3");
}

TEST_WITH(scans, one_of_a_name_that_waits_is_followed_too)
{
    ask(&askers[5]);
    ask(&askers[6]);
    ask(&askers[0]);
    ask(&askers[3]);
    end(5);
    assert_string_equal(said(), "run5 run6 wait0 wait3 run0 wait3");
    end(0);
    assert_string_equal(said(), "run3");
}

TEST_WITH(scans, a_scan_that_is_not_wanted_any_more_leaves)
{
    for (int i = 0; i < 4; i++)
        ask(&askers[i]);
    end(3);
    end(2);
    assert_string_equal(said(), "run0 run1 wait2 wait3");
    end(0);
    end(1);
    end(1);
    assert_string_equal(said(), "");
}

TEST_WITH(scans, a_scan_that_needs_no_turn_lets_the_next_one_go)
{
    askers[2].asks_again = false;
    for (int i = 0; i < 3; i++)
        ask(&askers[i]);
    ask(&askers[5]);
    end(0);
    assert_string_equal(said(), "run0 run1 wait2 wait5 go2 run5");
}

TEST_WITH(scans, while_they_are_held_none_begins)
{
    askers[1].asks_again = false;
    ask(&askers[0]);
    scan_queue_hold(&scans);
    ask(&askers[1]);
    ask(&askers[2]);
    ask(&askers[5]);
    end(0);
    assert_string_equal(said(), "run0 wait1 wait2 wait5");
    scan_queue_release(&scans);
    assert_string_equal(said(), "go1 run2 run5");
}
