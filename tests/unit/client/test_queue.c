#include "../check.h"

#include "client/queue.h"

static struct queue queue;

static void begin(size_t places)
{
    queue = (struct queue){.places = places};
}

static void end(void)
{
    while (queue.names > 0)
        queue_drop(&queue);
    assert_null(queue.first);
    assert_null(queue.last);
    assert_null(queue.young);
    assert_int_equal(queue.octets, 0);
}

static struct queue_item *ask(int64_t now)
{
    struct queue_item *item = queue_add(&queue);

    item->inquiry.count = 2;
    queue_ask(&queue, item, now);
    return item;
}

/* The reply has so many octets. */
static void answer(struct queue_item *item, size_t size)
{
    item->inquiry.exchanges[0].size = size;
    queue_end_question(&queue, item);
    queue_end_question(&queue, item);
}

TEST(the_first_is_finished_when_all_its_questions_are)
{
    struct queue_item *first, *second;

    begin(8);
    first = ask(0);
    second = ask(0);
    answer(second, 0);
    assert_null(queue_finished(&queue));
    queue_end_question(&queue, first);
    assert_null(queue_finished(&queue));
    queue_end_question(&queue, first);
    assert_ptr_equal(queue_finished(&queue), first);
    queue_drop(&queue);
    assert_ptr_equal(queue_finished(&queue), second);
    end();
}

TEST(there_are_so_many_places)
{
    struct queue_item *item;

    begin(2);
    item = ask(5000);
    assert_true(queue_has_room(&queue, 5000));
    ask(5000);
    assert_false(queue_has_room(&queue, 5999));
    answer(item, 0);
    assert_true(queue_has_room(&queue, 5999));
    end();
}

TEST(what_hangs_for_a_second_gives_up_its_place)
{
    struct queue_item *hung;

    begin(2);
    hung = ask(5000);
    queue_add(&queue)->complaint = strdup("no name");
    ask(5500);
    assert_int_equal(queue_next_place(&queue), 6000);
    assert_false(queue_has_room(&queue, 5999));
    assert_true(queue_has_room(&queue, 6000));
    ask(6000);
    assert_false(queue_has_room(&queue, 6000));
    answer(hung, 0); /* too late to give up another place */
    assert_false(queue_has_room(&queue, 6000));
    assert_true(queue_has_room(&queue, 6500));
    end();
}

TEST(one_after_the_other_waits_for_the_first)
{
    struct queue_item *item;

    begin(1);
    item = ask(0);
    assert_int_equal(queue_next_place(&queue), INT64_MAX);
    assert_false(queue_has_room(&queue, 100000));
    answer(item, 0);
    assert_true(queue_has_room(&queue, 100000));
    end();
}

TEST(those_that_hang_are_bounded)
{
    begin(64);
    for (int64_t i = 0; i < QUEUE_ASKED; i++) {
        assert_true(queue_has_room(&queue, 1000 * i));
        ask(1000 * i);
    }
    assert_false(queue_has_room(&queue, 1000 * QUEUE_ASKED));
    end();
}

TEST(what_waits_behind_the_first_is_bounded)
{
    struct queue_item *first;

    begin(2);
    first = ask(0);
    while (queue_has_room(&queue, 0))
        answer(ask(0), 0);
    assert_int_equal(queue.names, 4096);
    answer(first, 0);
    queue_drop(&queue);
    assert_true(queue_has_room(&queue, 0));
    end();
}

TEST(the_weight_of_what_waits_is_bounded_too)
{
    struct queue_item *first;

    begin(2);
    first = ask(0);
    while (queue_has_room(&queue, 0))
        answer(ask(0), 65536);
    assert_int_equal(queue.names, 1 + 256);
    answer(first, 0);
    queue_drop(&queue);
    queue_drop(&queue);
    assert_true(queue_has_room(&queue, 0));
    end();
}
