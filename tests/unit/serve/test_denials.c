#include "../reply_text.h"

#include "serve/denials.h"

static struct denials denials;

static void set_up(void)
{
    denials = (struct denials){0};
}

FIXTURE(none, set_up, NULL);

static void deny(const char *name)
{
    struct question question = question_of(name, "A");

    denials_add(&denials, question_name(&question));
}

static void see(const char *name, int64_t now)
{
    struct question question = question_of(name, "A");

    denials_disprove(&denials, question_name(&question), now);
}

static bool is_disproved(const char *name, int64_t since)
{
    struct question question = question_of(name, "A");

    return denials_are_disproved(&denials, question_name(&question), since);
}

TEST_WITH(none, a_denial_stands_while_nothing_is_seen)
{
    deny("a.test.");
    assert_false(is_disproved("a.test.", 1));
    assert_false(is_disproved("a.test.", 0));
    see("b.test.", 5);
    see("a.b.test.", 5);
    assert_false(is_disproved("a.test.", 1));
}

TEST_WITH(none, the_name_itself_disproves_it)
{
    deny("a.test.");
    see("a.test.", 5);
    assert_true(is_disproved("a.test.", 4));
    assert_true(is_disproved("a.test.", 5));
}

TEST_WITH(none, a_name_far_below_disproves_all_between)
{
    deny("a.test.");
    deny("b.a.test.");
    deny("test.");
    see("d.c.b.a.test.", 5);
    assert_true(is_disproved("a.test.", 4));
    assert_true(is_disproved("b.a.test.", 4));
    assert_true(is_disproved("test.", 4));
}

TEST_WITH(none, a_newer_denial_stands_again)
{
    deny("a.test.");
    see("x.a.test.", 5);
    deny("a.test.");
    assert_false(is_disproved("a.test.", 6));
}

TEST_WITH(none, names_above_say_nothing_of_a_denied_one)
{
    deny("x.a.test.");
    see("a.test.", 5);
    see("test.", 5);
    assert_false(is_disproved("x.a.test.", 4));
}

TEST_WITH(none, many_names_take_the_places_of_others)
{
    char name[32];

    deny("a.test.");
    for (int i = 0; i < 50 * DENIALS_MAX; i++) {
        snprintf(name, sizeof name, "n%d.test.", i);
        deny(name);
    }
    see("a.test.", 5);
    assert_false(is_disproved("a.test.", 4));
    deny("a.test.");
    see("a.test.", 6);
    assert_true(is_disproved("a.test.", 4));
}
