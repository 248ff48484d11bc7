/* Marks of forwarders whose control group has to tell. */
#include "../control_group.h"

#include "base/counters.h"
#include "channel/message.h"
#include "lookup/forwarder_mark.h"

enum { NUMBER = 7, OTHER = 8 };

static void has_to_be_alone_in(unsigned number, uint64_t group)
{
    counters_words()[WORDS_GROUPS + number] = group;
}

static void forget(void)
{
    has_to_be_alone_in(NUMBER, 0);
    has_to_be_alone_in(OTHER, 0);
}

FIXTURE(words, forget, forget);

/* With which number a question that has been marked with this one goes on. */
static unsigned mark_left_of(unsigned number)
{
    struct question question = {.type = TYPE_A, .flags = QUESTION_CHECKING_DISABLED};

    question_set_forwarder(&question, number);
    if (forwarder_mark_check(&question) == 0)
        assert_int_equal(question_forwarder(&question), number);
    else
        assert_int_equal(question_forwarder(&question), 0);
    assert_true(question.flags & QUESTION_CHECKING_DISABLED);
    return question_forwarder(&question);
}

TEST_WITH(words, a_forwarder_that_need_not_be_alone_is_believed)
{
    has_to_be_alone_in(OTHER, 1);
    assert_int_equal(mark_left_of(NUMBER), NUMBER);
    assert_int_equal(mark_left_of(0), 0);
}

TEST_WITH(words, a_forwarder_that_has_to_be_alone_is_believed_while_it_is)
{
    struct group group;
    pid_t first, second;

    if (!group_make(&group))
        skip();
    has_to_be_alone_in(NUMBER, group.number);
    first = group_begin(&group);
    assert_int_equal(mark_left_of(NUMBER), NUMBER);
    second = group_begin(&group);
    assert_int_equal(mark_left_of(NUMBER), 0);
    group_end(second);
    assert_int_equal(mark_left_of(NUMBER), NUMBER);
    group_end(first);
    assert_int_equal(mark_left_of(NUMBER), 0);
    group_remove(&group);
    assert_int_equal(mark_left_of(NUMBER), 0);
}

/* A service that starts anew has another group. */
TEST_WITH(words, another_group_is_looked_for)
{
    struct group group;
    pid_t first;

    has_to_be_alone_in(NUMBER, UINT64_MAX);
    assert_int_equal(mark_left_of(NUMBER), 0);
    if (!group_make(&group))
        skip();
    first = group_begin(&group);
    has_to_be_alone_in(NUMBER, group.number);
    assert_int_equal(mark_left_of(NUMBER), NUMBER);
    group_end(first);
    group_remove(&group);
}

TEST_WITH(words, a_group_in_a_group_is_found)
{
    struct group group, inner;
    struct stat folder;
    pid_t first;

    if (!group_make(&group))
        skip();
    inner = group;
    snprintf(inner.path, sizeof inner.path, "%.200s/inner", group.path);
    assert_int_equal(mkdir(inner.path, 0755), 0);
    assert_int_equal(stat(inner.path, &folder), 0);
    has_to_be_alone_in(NUMBER, folder.st_ino);
    first = group_begin(&inner);
    assert_int_equal(mark_left_of(NUMBER), NUMBER);
    group_end(first);
    group_remove(&inner);
    group_remove(&group);
}
