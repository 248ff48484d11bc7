/* Which names are checked, and at what time. */
#include "../reply_text.h"

#include "upstream/loops.h"

enum { NOW = 100000, IN_TIME = NOW + 59999, TOO_LATE = NOW + 60000 };

static struct loops *loops;

static void set_up(void)
{
    loops = loops_new();
    assert_non_null(loops);
}

static void tear_down(void)
{
    loops_free(loops);
}

FIXTURE(loops, set_up, tear_down);

/* A name at a server; valid until the second call after this one. */
static const struct route *at(const char *server, const char *name)
{
    static struct way {
        struct addr server;
        struct question question;
        struct route route;
    } ways[2], *way = ways;

    way = way == ways ? ways + 1 : ways;
    assert_true(addr_parse(&way->server, server, 53));
    way->question = question_of(name, "A");
    way->route = (struct route){&way->server, question_name(&way->question)};
    return &way->route;
}

static const struct route *to(const char *name)
{
    return at("127.0.0.1", name);
}

static bool expects(const char *name)
{
    return loops_expect(loops, to(name), NOW);
}

static bool came_back(const char *name)
{
    return loops_came_back(loops, to(name), NOW);
}

static void led_elsewhere(const char *name)
{
    loops_led_elsewhere(loops, to(name), NOW);
}

TEST_WITH(loops, nothing_is_expected_to_come_back_at_first)
{
    assert_false(expects("a.office"));
}

/* How wide the domain is can only be guessed. */
TEST_WITH(loops, what_is_like_a_name_that_has_come_back_is_expected_to)
{
    came_back("a.b.office");
    assert_true(expects("a.b.office"));
    assert_true(expects("c.b.office"));
    assert_true(expects("d.a.b.office"));
    assert_true(expects("b.office"));
    assert_true(expects("office"));
    assert_true(expects("e.f.OFFICE"));
    assert_false(expects("a.b"));
    assert_false(expects("a.b.example"));
    assert_false(expects("a.b.xoffice"));
    assert_false(expects("."));
}

TEST_WITH(loops, another_server_is_another_matter)
{
    came_back("a.office");
    assert_false(loops_expect(loops, at("127.0.0.2", "a.office"), NOW));
    assert_false(loops_expect(loops, at("127.0.0.1:54", "a.office"), NOW));
    assert_false(loops_expect(loops, at("::1", "a.office"), NOW));
}

TEST_WITH(loops, it_is_forgotten_in_a_minute_unless_it_goes_on)
{
    came_back("a.office");
    assert_true(loops_expect(loops, to("a.office"), IN_TIME));
    assert_false(loops_expect(loops, to("a.office"), TOO_LATE));
    loops_came_back(loops, to("b.office"), IN_TIME);
    assert_true(loops_expect(loops, to("a.office"), TOO_LATE));
}

TEST_WITH(loops, only_the_first_name_of_a_domain_is_news)
{
    assert_true(came_back("a.office"));
    assert_false(came_back("b.office"));
    assert_false(loops_came_back(loops, to("c.office"), TOO_LATE));
    assert_true(came_back("a.other"));
}

/* One name is checked for all of them. */
TEST_WITH(loops, a_domain_that_has_come_back_is_checked_again_after_a_minute)
{
    came_back("a.office");
    assert_false(loops_renew(loops, to("b.office"), IN_TIME));
    assert_false(loops_renew(loops, to("b.other"), TOO_LATE));
    assert_true(loops_renew(loops, to("b.office"), TOO_LATE));
    assert_false(loops_renew(loops, to("c.office"), TOO_LATE + 59999));
    assert_true(loops_renew(loops, to("c.office"), TOO_LATE + 60000));
}

TEST_WITH(loops, what_has_led_elsewhere_is_no_reason_to_check_the_domain_again)
{
    came_back("a.office");
    loops_led_elsewhere(loops, to("b.sub.office"), TOO_LATE);
    loops_came_back(loops, to("c.office"), NOW);
    assert_false(loops_renew(loops, to("d.sub.office"), TOO_LATE));
    assert_true(loops_renew(loops, to("d.office"), TOO_LATE));
}

static bool are_alike(const char *a, const char *b)
{
    return loops_are_alike(loops, to(a), to(b), NOW);
}

/* What a check of one name finds out is known of the other. */
TEST_WITH(loops, names_of_one_domain_or_with_one_parent_are_alike)
{
    assert_true(are_alike("a.b.example", "c.B.example"));
    assert_false(are_alike("a.b.example", "a.c.example"));
    assert_false(are_alike("a.example", "b.example"));
    assert_true(are_alike("a.example", "A.example"));
    came_back("x.example");
    assert_true(are_alike("a.example", "b.example"));
    assert_true(are_alike("a.b.example", "a.c.example"));
    assert_false(are_alike("a.example", "a.other"));
    led_elsewhere("a.b.example");
    assert_false(are_alike("a.b.example", "x.example"));
}

TEST_WITH(loops, names_at_two_servers_are_not_alike)
{
    assert_false(loops_are_alike(loops, at("127.0.0.2", "a.office"), to("a.office"), NOW));
    came_back("a.office");
    assert_false(loops_are_alike(loops, at("127.0.0.2", "a.office"), to("a.office"), NOW));
}

/* The forwarder sends us example.com and nothing else of com. */
TEST_WITH(loops, a_domain_is_no_wider_than_what_leads_elsewhere)
{
    came_back("a.example.com");
    led_elsewhere("www.example.org");
    assert_true(expects("www.other.com"));
    led_elsewhere("www.other.com");
    assert_false(expects("www.other.com"));
    assert_false(expects("third.com"));
    assert_true(expects("example.com"));
    assert_true(expects("b.example.com"));
}

/* The forwarder sends us office, but sub.office to somebody else. */
TEST_WITH(loops, what_has_led_elsewhere_is_not_checked_for_a_minute)
{
    came_back("a.office");
    led_elsewhere("b.sub.office");
    came_back("c.office");
    assert_true(expects("d.office"));
    assert_false(expects("e.sub.office"));
    assert_false(expects("sub.office"));
    loops_came_back(loops, to("c.office"), IN_TIME);
    assert_true(loops_expect(loops, to("e.sub.office"), TOO_LATE));
}

/* This holds even if the name is asked for all the time. */
TEST_WITH(loops, a_name_and_type_are_settled_for_a_minute)
{
    loops_settle(loops, to("a.office"), TYPE_A, NOW);
    loops_settle(loops, to("a.office"), TYPE_A, IN_TIME);
    assert_true(loops_are_settled(loops, to("A.Office"), TYPE_A, IN_TIME));
    assert_false(loops_are_settled(loops, to("a.office"), TYPE_A, TOO_LATE));
    assert_false(loops_are_settled(loops, to("a.office"), TYPE_AAAA, NOW));
    assert_false(loops_are_settled(loops, to("b.office"), TYPE_A, NOW));
    assert_false(loops_are_settled(loops, to("office"), TYPE_A, NOW));
    assert_false(loops_are_settled(loops, at("127.0.0.2", "a.office"), TYPE_A, NOW));
}

TEST_WITH(loops, a_slow_name_is_worth_a_check_once_a_minute_and_parent)
{
    assert_true(loops_suspect(loops, to("a.b.example"), NOW));
    assert_false(loops_suspect(loops, to("a.b.example"), NOW));
    assert_false(loops_suspect(loops, to("c.B.example"), IN_TIME));
    assert_true(loops_suspect(loops, to("a.c.example"), NOW));
    assert_true(loops_suspect(loops, at("127.0.0.2", "a.b.example"), NOW));
    assert_true(loops_suspect(loops, to("a.b.example"), TOO_LATE));
}

/* A top-level domain is shared by too many. */
TEST_WITH(loops, right_below_a_top_level_domain_each_name_is_worth_one)
{
    assert_true(loops_suspect(loops, to("a.example"), NOW));
    assert_true(loops_suspect(loops, to("b.example"), NOW));
    assert_true(loops_suspect(loops, to("example"), NOW));
    assert_false(loops_suspect(loops, to("a.example"), NOW));
}

TEST_WITH(loops, when_the_host_has_changed_nothing_is_certain)
{
    came_back("a.office");
    assert_true(loops_suspect(loops, to("a.b.example"), NOW));
    loops_forget(loops);
    assert_false(expects("a.office"));
    assert_true(loops_renew(loops, to("a.office"), NOW));
    assert_false(loops_renew(loops, to("a.other"), NOW));
    assert_true(loops_suspect(loops, to("a.b.example"), NOW));
}

TEST_WITH(loops, the_oldest_of_too_many_domains_is_forgotten)
{
    char name[32];

    for (int i = 0; i <= LOOPS_KNOWN; i++) {
        sprintf(name, "a.n%d", i);
        loops_came_back(loops, to(name), NOW + i);
    }
    assert_false(loops_expect(loops, to("a.n0"), NOW + LOOPS_KNOWN));
    assert_true(loops_expect(loops, to("a.n1"), NOW + LOOPS_KNOWN));
    assert_true(loops_expect(loops, to("a.n32"), NOW + LOOPS_KNOWN));
}

/* There are more names than marks, and a domain that comes back is found all the same. */
TEST_WITH(loops, slow_names_in_any_number_push_no_domain_out)
{
    char name[32];

    came_back("a.office");
    for (int i = 0; i < 2 * LOOPS_MARKS; i++) {
        sprintf(name, "a.n%d.example", i);
        loops_suspect(loops, to(name), NOW);
    }
    assert_true(expects("b.office"));
}

TEST(nothing_may_be_freed)
{
    loops_free(NULL);
}
