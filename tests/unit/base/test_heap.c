#include "../check.h"

#include "base/heap.h"

enum { CROWD = 1000 };

struct object {
    unsigned rank;
    unsigned number; /* in the order of adding: orders those of one rank */
    struct heap_link link;
};

static struct heap heap;
static struct object crowd[CROWD];

static bool comes_before(struct heap_link *one, struct heap_link *other)
{
    const struct object *left = heap_item(one, struct object, link);
    const struct object *right = heap_item(other, struct object, link);

    return left->rank != right->rank ? left->rank < right->rank
                                     : left->number < right->number;
}

static void empty_heap(void)
{
    heap_init(&heap, comes_before);
    for (unsigned i = 0; i < CROWD; i++) {
        crowd[i] = (struct object){.number = i};
        heap_link_init(&crowd[i].link);
    }
}

FIXTURE(heap, empty_heap, NULL);

static void add(struct object *object, unsigned rank)
{
    object->rank = rank;
    heap_add(&heap, &object->link);
}

/* Takes the first object out and returns its number, or -1. */
static int take(void)
{
    struct object *object = heap_first(&heap, struct object, link);

    if (!object)
        return -1;
    heap_remove(&object->link);
    return (int)object->number;
}

TEST_WITH(heap, a_new_heap_is_empty)
{
    assert_null(heap_first(&heap, struct object, link));
    assert_int_equal(take(), -1);
}

TEST_WITH(heap, objects_come_out_in_their_order)
{
    static const unsigned ranks[] = {5, 1, 4, 2, 3};
    static const int order[] = {1, 3, 4, 2, 0};

    for (int i = 0; i < 5; i++)
        add(&crowd[i], ranks[i]);
    for (int i = 0; i < 5; i++)
        assert_int_equal(take(), order[i]);
    assert_int_equal(take(), -1);
}

TEST_WITH(heap, any_one_may_leave)
{
    for (unsigned i = 0; i < 6; i++)
        add(&crowd[i], i);
    assert_int_equal(take(), 0); /* some have children now */
    heap_remove(&crowd[3].link);
    heap_remove(&crowd[1].link);
    heap_remove(&crowd[5].link);
    assert_int_equal(take(), 2);
    assert_int_equal(take(), 4);
    assert_int_equal(take(), -1);
}

TEST_WITH(heap, leaving_twice_takes_nobody_else_out)
{
    add(&crowd[0], 0);
    add(&crowd[1], 1);
    heap_remove(&crowd[0].link);
    heap_remove(&crowd[0].link);
    assert_null(crowd[0].link.heap);
    assert_int_equal(take(), 1);
}

TEST_WITH(heap, an_object_that_has_left_may_come_again)
{
    add(&crowd[0], 0);
    add(&crowd[1], 1);
    heap_remove(&crowd[0].link);
    add(&crowd[0], 2);
    assert_int_equal(take(), 1);
    assert_int_equal(take(), 0);
}

/* Finds the first object in the heap by looking at all of them; -1 if there is none. */
static int first_of_all(void)
{
    int first = -1;

    for (int i = 0; i < CROWD; i++)
        if (crowd[i].link.heap &&
            (first == -1 || comes_before(&crowd[i].link, &crowd[first].link)))
            first = i;
    return first;
}

TEST_WITH(heap, a_crowd_that_comes_and_goes_is_always_in_order)
{
    unsigned random = 1;

    for (int i = 0; i < 20000; i++) {
        struct object *object;
        int first = first_of_all();

        random = random * 1103515245 + 12345;
        object = &crowd[(random >> 8) % CROWD];
        if (random >> 30 == 0)
            assert_int_equal(take(), first);
        else if (object->link.heap)
            heap_remove(&object->link);
        else
            add(object, (random >> 20) % 64);
    }
    for (int first = first_of_all(); first != -1; first = first_of_all())
        assert_int_equal(take(), first);
    assert_int_equal(take(), -1);
}
