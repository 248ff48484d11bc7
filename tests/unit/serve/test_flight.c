#include "../reply_text.h"

#include "channel/message.h"
#include "serve/flight.h"

static struct flight_table table;

static void set_up(void)
{
    assert_int_equal(flight_table_init(&table), 0);
}

static void tear_down(void)
{
    assert_int_equal(table.by_id.count, 0);
    assert_int_equal(table.by_question.count, 0);
    flight_table_free(&table);
}

FIXTURE(table, set_up, tear_down);

static struct flight *begin(const char *name)
{
    struct question question = question_of(name, "A");
    struct flight *flight = flight_new(&table, &question);

    assert_non_null(flight);
    return flight;
}

static struct flight *found(const char *name)
{
    struct question question = question_of(name, "A");

    return flight_find(&table, &question);
}

static void end(struct flight *flight)
{
    flight_remove(&table, flight);
    flight_free(flight);
}

TEST_WITH(table, a_flight_is_found_by_question_and_id)
{
    struct flight *one = begin("one."), *two = begin("two.");

    assert_ptr_equal(found("one."), one);
    assert_ptr_equal(found("two."), two);
    assert_null(found("three."));
    assert_ptr_equal(flight_find_id(&table, two->id | MESSAGE_PROMPT), two);
    assert_null(flight_find_id(&table, two->id + 1));
    end(one);
    assert_null(found("one."));
    end(two);
}

TEST_WITH(table, a_closed_flight_is_found_by_its_id_alone)
{
    struct flight *before = begin("host."), *after;

    flight_close(&table, before);
    assert_null(found("host."));
    after = begin("host.");
    assert_ptr_equal(found("host."), after);
    assert_ptr_equal(flight_find_id(&table, before->id), before);
    end(before);
    assert_ptr_equal(found("host."), after);
    end(after);
}

TEST_WITH(table, no_id_has_a_flag)
{
    struct flight *last, *first;

    table.next_id = MESSAGE_AGAIN - 1;
    last = begin("one.");
    first = begin("two.");
    assert_true(last->id == MESSAGE_AGAIN - 1);
    assert_true(first->id == 0);
    end(last);
    end(first);
}

TEST_WITH(table, the_last_steps_are_kept)
{
    struct flight *flight = begin("host.");

    flight_set_steps(flight, (const uint8_t *)"ab", 2);
    flight_set_steps(flight, (const uint8_t *)"cde", 3);
    assert_int_equal(flight->steps_len, 3);
    assert_memory_equal(flight->steps, "cde", 3);
    end(flight);
}
