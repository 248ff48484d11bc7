#include "../check.h"

#include "base/list.h"

struct object {
    int number;
    struct list link;
};

static int first_number(struct list *head)
{
    const struct object *object = list_first(head, struct object, link);

    return object ? object->number : -1;
}

TEST(a_new_list_is_empty)
{
    struct list head;

    list_init(&head);
    assert_true(list_empty(&head));
    assert_null(list_first(&head, struct object, link));
}

TEST(objects_come_out_in_the_order_they_went_in)
{
    struct object objects[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    struct list head;

    list_init(&head);
    for (int i = 0; i < 3; i++)
        list_append(&head, &objects[i].link);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(first_number(&head), i);
        list_remove(&objects[i].link);
    }
    assert_true(list_empty(&head));
}

TEST(an_object_leaves_from_the_middle)
{
    struct object objects[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    struct list head;

    list_init(&head);
    for (int i = 0; i < 3; i++)
        list_append(&head, &objects[i].link);
    list_remove(&objects[1].link);
    assert_ptr_equal(head.next, &objects[0].link);
    assert_ptr_equal(objects[0].link.next, &objects[2].link);
    assert_ptr_equal(objects[2].link.prev, &objects[0].link);
    assert_ptr_equal(objects[2].link.next, &head);
}

TEST(leaving_twice_takes_nobody_else_out)
{
    struct object leaves = {.number = 1}, comes = {.number = 2};
    struct list head;

    list_init(&head);
    list_append(&head, &leaves.link);
    list_remove(&leaves.link);
    list_append(&head, &comes.link);
    list_remove(&leaves.link);
    assert_int_equal(first_number(&head), 2);
}

TEST(an_object_in_no_list_can_be_removed)
{
    struct object object;

    list_init(&object.link);
    list_remove(&object.link);
    assert_true(list_empty(&object.link));
}

TEST(an_object_can_move_to_another_list)
{
    struct object object = {.number = 7};
    struct list from, to;

    list_init(&from);
    list_init(&to);
    list_append(&from, &object.link);
    list_remove(&object.link);
    list_append(&to, &object.link);
    assert_true(list_empty(&from));
    assert_int_equal(first_number(&to), 7);
}

TEST(an_appended_link_stands_before_the_head_it_is_given)
{
    struct object late = {.number = 2}, early = {.number = 1};
    struct list head;

    list_init(&head);
    list_append(&head, &late.link);
    list_append(&late.link, &early.link);
    assert_int_equal(first_number(&head), 1);
    assert_ptr_equal(early.link.next, &late.link);
}
