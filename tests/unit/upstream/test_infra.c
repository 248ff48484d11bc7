#include "../limit.h"

#include "upstream/infra.h"

enum { NOW = 1000000 };

static struct infra *infra;

static void set_up(void)
{
    infra = infra_new();
    assert_non_null(infra);
}

static void tear_down(void)
{
    infra_free(infra);
}

FIXTURE(infra, set_up, tear_down);

/* The server with the address 192.0.2.LAST. */
static struct infra_server *server(unsigned last)
{
    struct addr addr;
    char text[32];

    snprintf(text, sizeof text, "192.0.2.%u", last);
    assert_true(addr_parse(&addr, text, 53));
    return infra_get(infra, &addr);
}

TEST_WITH(infra, nothing_is_known_of_a_new_one)
{
    assert_int_equal(server(1)->edns, EDNS_UNKNOWN);
    assert_int_equal(server(1)->timeouts, 0);
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_NONE);
}

TEST_WITH(infra, each_has_its_own_memory)
{
    infra_note_edns_works(server(1));
    infra_note_edns_fails(server(2), true, NOW);
    assert_int_equal(server(1)->edns, EDNS_WORKS);
    assert_int_equal(server(2)->edns, EDNS_MISSING);
    assert_int_equal(server(3)->edns, EDNS_UNKNOWN);
}

TEST_WITH(infra, edns_is_tried_anew_a_quarter_of_an_hour_after_it_was_refused)
{
    infra_note_edns_fails(server(1), true, NOW);
    assert_int_equal(infra_recheck_due(server(1), NOW + 900000 - 1), RECHECK_NONE);
    assert_int_equal(infra_recheck_due(server(1), NOW + 900000), RECHECK_EDNS);
    assert_int_equal(infra_recheck_due(server(1), NOW + 900000),
                     RECHECK_NONE); /* by one question */
    assert_int_equal(infra_recheck_due(server(1), NOW + 1800000), RECHECK_EDNS);
}

TEST_WITH(infra, edns_is_tried_anew_at_once_where_it_was_only_unanswered)
{
    infra_note_edns_fails(server(1), false, NOW);
    assert_int_equal(server(1)->edns, EDNS_MISSING);
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_EDNS);
    assert_int_equal(infra_recheck_due(server(1), NOW + 900000 - 1), RECHECK_NONE);
}

/* An answer without EDNS may mean that a packet was lost, or that the server of one name
 * lacks EDNS. */
TEST_WITH(infra, a_server_that_knew_edns_lacks_it_after_three_answers_without)
{
    infra_note_edns_works(server(1));
    infra_note_edns_fails(server(1), true, NOW);
    infra_note_edns_fails(server(1), false, NOW);
    infra_note_edns_works(server(1));
    infra_note_edns_fails(server(1), true, NOW);
    infra_note_edns_fails(server(1), true, NOW);
    assert_int_equal(server(1)->edns, EDNS_WORKS);
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_NONE);
    infra_note_edns_fails(server(1), true, NOW);
    assert_int_equal(server(1)->edns, EDNS_MISSING);
    assert_int_equal(infra_recheck_due(server(1), NOW + 900000), RECHECK_EDNS);
}

TEST_WITH(infra, one_that_times_out_three_times_may_not_know_edns_any_more)
{
    infra_note_edns_works(server(1));
    infra_note_timeout(server(1));
    infra_note_timeout(server(1));
    assert_int_equal(server(1)->edns, EDNS_WORKS);
    infra_note_reply(server(1), 1000);
    infra_note_timeout(server(1));
    infra_note_timeout(server(1));
    assert_int_equal(server(1)->edns, EDNS_WORKS);
    infra_note_timeout(server(1));
    assert_int_equal(server(1)->edns, EDNS_UNKNOWN);
}

TEST_WITH(infra, silence_says_nothing_of_one_without_edns)
{
    infra_note_edns_fails(server(1), true, NOW);
    for (int i = 0; i < 5; i++)
        infra_note_timeout(server(1));
    assert_int_equal(server(1)->edns, EDNS_MISSING);
}

TEST_WITH(infra, one_that_times_out_three_times_is_silent_until_it_replies)
{
    infra_note_timeout(server(1));
    infra_note_timeout(server(1));
    assert_false(infra_is_silent(server(1)));
    infra_note_timeout(server(1));
    assert_true(infra_is_silent(server(1)));
    infra_note_reply(server(1), 1000);
    assert_false(infra_is_silent(server(1)));
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_NONE);
}

TEST_WITH(infra, a_silent_one_is_rechecked_at_once_and_every_five_seconds)
{
    for (int i = 0; i < 3; i++)
        infra_note_timeout(server(1));
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_PLAIN);
    assert_int_equal(infra_recheck_due(server(1), NOW + 4999), RECHECK_NONE);
    assert_int_equal(infra_recheck_due(server(1), NOW + 5000), RECHECK_PLAIN);
}

TEST_WITH(infra, udp_is_tried_anew_at_once_and_each_minute_where_only_tcp_was_answered)
{
    infra_note_udp_fails(server(1), NOW);
    assert_true(server(1)->udp_fails);
    assert_int_equal(infra_recheck_due(server(1), NOW), RECHECK_PLAIN);
    assert_int_equal(infra_recheck_due(server(1), NOW + 59999), RECHECK_NONE);
    assert_int_equal(infra_recheck_due(server(1), NOW + 60000), RECHECK_PLAIN);
    infra_note_udp_works(server(1));
    assert_false(server(1)->udp_fails);
    assert_int_equal(infra_recheck_due(server(1), NOW + 600000), RECHECK_NONE);
}

TEST_WITH(infra, one_that_is_silent_may_not_use_udp_any_more)
{
    infra_note_udp_works(server(1));
    infra_note_timeout(server(1));
    infra_note_timeout(server(1));
    assert_true(server(1)->udp_works);
    infra_note_timeout(server(1));
    assert_false(server(1)->udp_works);
}

TEST_WITH(infra, all_is_forgotten_but_the_counts)
{
    infra_note_edns_works(server(1));
    infra_note_reply(server(1), 1000);
    infra_note_outcome(server(1), false);
    infra_forget(infra);
    assert_int_equal(server(1)->edns, EDNS_UNKNOWN);
    assert_int_equal(server(1)->rtt_us, 0);
    assert_int_equal(server(1)->counts.answered, 1);
}

TEST_WITH(infra, what_comes_of_queries_is_counted)
{
    infra_note_outcome(server(1), false);
    infra_note_outcome(server(1), false);
    infra_note_outcome(server(1), true);
    infra_note_timeout(server(1));
    infra_note_unreachable(server(1));
    assert_int_equal(server(1)->counts.answered, 2);
    assert_int_equal(server(1)->counts.failed, 3);
    assert_true(server(1)->unreachable);
    infra_note_reply(server(1), 1);
    assert_false(server(1)->unreachable);
}

TEST_WITH(infra, round_trips_are_smoothed)
{
    infra_note_reply(server(1), 8000);
    assert_int_equal(server(1)->rtt_us, 8000);
    infra_note_reply(server(1), 16000);
    assert_int_equal(server(1)->rtt_us, 9000);
    infra_note_reply(server(2), -5); /* a clock that was set */
    assert_int_equal(server(2)->rtt_us, 1);
    infra_note_reply(server(3), INT64_MAX);
    assert_int_equal(server(3)->rtt_us, INT32_MAX);
}

/* 192.0.2.0/24 is nobody's (RFC 5737). */
TEST_WITH(infra, names_are_mixed_for_another_host_unless_it_alters_them)
{
    assert_true(infra_mixes_case(server(1), NOW));
    infra_note_case_kept(server(1));
    assert_true(infra_mixes_case(server(1), NOW));
    infra_note_case_lost(server(1), NOW);
    assert_false(infra_mixes_case(server(1), NOW));
    assert_false(infra_mixes_case(server(1), NOW + 3599999));
    assert_int_equal(server(1)->letters, CASE_LOST);
    assert_true(infra_mixes_case(server(1), NOW + 3600000));
    assert_int_equal(server(1)->letters, CASE_UNKNOWN);
}

TEST_WITH(infra, names_are_mixed_again_once_the_host_has_changed)
{
    infra_note_case_lost(server(1), NOW);
    infra_forget(infra);
    assert_true(infra_mixes_case(server(1), NOW));
}

TEST_WITH(infra, names_are_not_mixed_for_this_host)
{
    static const char *const here[] = {"127.0.0.1", "127.9.9.9", "::1"};
    struct addr addr;

    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        assert_true(addr_parse(&addr, here[i], 53));
        assert_false(infra_mixes_case(infra_get(infra, &addr), NOW));
        assert_int_equal(infra_get(infra, &addr)->place, PLACE_HERE);
    }
}

TEST_WITH(infra, the_kernel_is_asked_again_where_a_server_is_if_it_could_not_tell)
{
    limit_descriptors(0);
    assert_true(infra_mixes_case(server(1), NOW));
    assert_int_equal(server(1)->place, PLACE_UNKNOWN);
    limit_end(RLIMIT_NOFILE);
    assert_true(infra_mixes_case(server(1), NOW));
    assert_int_equal(server(1)->place, PLACE_ELSEWHERE);
}

TEST_WITH(infra, the_next_recheck_is_told)
{
    assert_int_equal(infra_recheck_at(server(1)), 0);
    infra_note_edns_fails(server(1), true, NOW);
    assert_int_equal(infra_recheck_at(server(1)), NOW + 900000);
    for (int i = 0; i < 3; i++)
        infra_note_timeout(server(1));
    infra_recheck_due(server(1), NOW);
    assert_int_equal(infra_recheck_at(server(1)), NOW + 5000);
    assert_null(infra_find(infra, &(struct addr){0}));
    assert_ptr_equal(infra_find(infra, &server(1)->addr), server(1));
}

TEST_WITH(infra, the_one_used_longest_ago_is_forgotten_if_there_is_no_room)
{
    for (unsigned i = 1; i <= INFRA_SERVERS; i++)
        infra_note_edns_works(server(i));
    server(1); /* used again */
    server(100);
    assert_int_equal(server(1)->edns, EDNS_WORKS);
    assert_int_equal(server(2)->edns, EDNS_UNKNOWN); /* and takes the place of 3 */
    assert_int_equal(server(4)->edns, EDNS_WORKS);
    assert_int_equal(server(3)->edns, EDNS_UNKNOWN);
}

TEST(nothing_may_be_freed)
{
    infra_free(NULL);
}
