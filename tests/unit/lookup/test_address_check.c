#include "subqueries_ended.h"

#include "base/clock.h"
#include "lookup/address_check.h"

static struct address_check check;
static struct loop *loop;
static int given_up;

static void give_up(void *context)
{
    assert_ptr_equal(context, &check);
    given_up++;
    loop_stop(loop);
}

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    given_up = 0;
    address_check_init(&check, give_up, &check);
}

static void tear_down(void)
{
    address_check_clear(&check);
    loop_free(loop);
}

FIXTURE(check, set_up, tear_down);

enum { SILENCE = -1, TYPE_MX = 15 };

/* The next of them has ended with this RCODE. */
static void hear(int rcode)
{
    *address_check_place(&check) = rcode == SILENCE ? ended_without_reply(EDE_NONE, 0)
                                                    : ended_with((enum rcode)rcode, 0);
}

static void forget(void)
{
    address_check_clear(&check);
    assert_null(check.first);
    assert_null(check.second);
}

TEST_WITH(check, a_denial_of_one_family_has_only_the_other_asked)
{
    static const int rcodes[] = {RCODE_NOERROR, RCODE_NXDOMAIN, SILENCE};

    assert_int_equal(address_check_next(&check, TYPE_A, true), TYPE_AAAA);
    assert_int_equal(address_check_next(&check, TYPE_AAAA, true), TYPE_A);
    for (int i = 0; i < 3; i++) {
        hear(rcodes[i]);
        assert_int_equal(address_check_next(&check, TYPE_A, true), 0);
        assert_int_equal(address_check_next(&check, TYPE_AAAA, true), 0);
        forget();
    }
}

TEST_WITH(check, a_denial_of_another_type_has_both_asked_until_one_has_seen_the_name)
{
    assert_int_equal(address_check_next(&check, TYPE_MX, true), TYPE_A);
    hear(RCODE_NXDOMAIN);
    assert_int_equal(address_check_next(&check, TYPE_MX, true), TYPE_AAAA);
    hear(RCODE_NXDOMAIN);
    assert_int_equal(address_check_next(&check, TYPE_MX, true), 0);
    forget();
    hear(SILENCE);
    assert_int_equal(address_check_next(&check, TYPE_MX, true), TYPE_AAAA);
    forget();
    hear(RCODE_NOERROR);
    assert_int_equal(address_check_next(&check, TYPE_MX, true), 0);
}

TEST_WITH(check, no_ipv6_address_is_asked_for_where_there_are_none)
{
    assert_int_equal(address_check_next(&check, TYPE_A, false), 0);
    assert_int_equal(address_check_next(&check, TYPE_MX, false), TYPE_A);
    hear(RCODE_NXDOMAIN);
    assert_int_equal(address_check_next(&check, TYPE_MX, false), 0);
}

TEST_WITH(check, nobody_asked_tells_nothing)
{
    assert_int_equal(address_check_existence(&check), EXISTENCE_UNCHECKED);
}

TEST_WITH(check, one_that_has_seen_the_name_is_right)
{
    hear(SILENCE);
    assert_int_equal(address_check_existence(&check), EXISTENCE_UNKNOWN);
    hear(RCODE_NOERROR);
    assert_int_equal(address_check_existence(&check), EXISTENCE_CONFIRMED);
}

TEST_WITH(check, one_that_agrees_is_not_enough_where_another_is_silent)
{
    hear(RCODE_NXDOMAIN);
    assert_int_equal(address_check_existence(&check), EXISTENCE_DENIED);
    hear(SILENCE);
    assert_int_equal(address_check_existence(&check), EXISTENCE_UNKNOWN);
    forget();
    hear(SILENCE);
    hear(RCODE_NXDOMAIN);
    assert_int_equal(address_check_existence(&check), EXISTENCE_UNKNOWN);
}

/* The second one does not get a time of its own. */
TEST_WITH(check, they_have_half_a_second_together)
{
    int64_t begun = clock_ms();

    address_check_limit(&check, loop);
    assert_in_range(check.limit.at, begun + 500, clock_ms() + 500);
    timer_set(loop, &check.limit, begun);
    address_check_limit(&check, loop);
    assert_int_equal(check.limit.at, begun);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(given_up, 1);
}

TEST_WITH(check, nothing_is_awaited_once_they_are_stopped)
{
    address_check_limit(&check, loop);
    assert_false(address_check_stop(&check)); /* none was under way */
    assert_false(timer_is_set(&check.limit));
}
