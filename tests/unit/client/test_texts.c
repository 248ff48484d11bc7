#include "../check.h"

#include "client/texts.h"

static struct texts list, other;

static void fill(struct texts *texts, const char *letters)
{
    texts_free(texts);
    for (; *letters; letters++)
        texts_put(texts, "%c", *letters);
}

static void end(void)
{
    texts_free(&list);
    texts_free(&other);
}

static void assert_joined(size_t most, const char *expected)
{
    char *joined = texts_join(&list, most);

    assert_string_equal(joined, expected);
    free(joined);
}

TEST(texts_are_copied_and_kept_in_order)
{
    char text[] = "first";

    texts_add(&list, text);
    text[0] = 'F';
    texts_put(&list, "%s %d", "second", 2);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.all[0], "first");
    assert_string_equal(list.all[1], "second 2");
    assert_true(texts_have(&list, "second 2"));
    assert_false(texts_have(&list, "second"));
    texts_free(&list);
    assert_int_equal(list.count, 0);
}

TEST(sets_are_the_same_in_any_order)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {{"", "", true},      {"a", "a", true},  {"ab", "ba", true},
                {"aab", "ba", true}, {"a", "", false},  {"", "a", false},
                {"ab", "a", false},  {"a", "b", false}, {"ab", "ac", false}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fill(&list, rows[i].a);
        fill(&other, rows[i].b);
        assert_int_equal(texts_are_same(&list, &other), rows[i].same);
    }
}

TEST(the_order_is_that_of_what_both_have)
{
    static const struct {
        const char *a, *b;
        bool differs;
    } rows[] = {{"abc", "abc", false},  {"abc", "acb", true}, {"abc", "ac", false},
                {"xaybz", "ab", false}, {"ab", "bca", true},  {"ab", "cd", false}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fill(&list, rows[i].a);
        fill(&other, rows[i].b);
        assert_int_equal(texts_differ_in_order(&list, &other), rows[i].differs);
    }
}

TEST(a_long_list_is_joined_in_part)
{
    fill(&list, "abc");
    assert_joined(3, "a, b, c");
    assert_joined(2, "a, b and 1 more");
    list.left_out = 40;
    assert_joined(3, "a, b, c and 40 more");
    assert_joined(1, "a and 42 more");
    fill(&list, "");
    assert_joined(3, "");
}

GROUP(NULL, end);
