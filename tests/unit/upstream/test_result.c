#include "../check.h"

#include "dns/way.h"
#include "upstream/result.h"

TEST(a_failure_is_missing_until_one_is_noted)
{
    struct upstream_result result = {.ede = EDE_NONE};
    struct addr server;

    assert_true(addr_parse(&server, "127.0.0.6", 53));
    assert_true(result_lacks_failure(&result));
    result_note_error(&result, &server, ECONNREFUSED);
    assert_false(result_lacks_failure(&result));
    assert_string_equal(result.failure, "name server 127.0.0.6:53: Connection refused");
    assert_int_equal(result.error, ECONNREFUSED);
}

TEST(an_outcome_is_that_of_the_last_query_to_the_server)
{
    struct upstream_result result = {.ede = EDE_NONE};

    result_note_try(&result, 0, false);
    result_note_try(&result, 1, false);
    result_note_outcome(&result, 0, RCODE_REFUSED);
    result_note_outcome(&result, 0, RCODE_SERVFAIL); /* no query is left */
    assert_int_equal(result.try_count, 2);
    assert_int_equal(result.tries[0].outcome, RCODE_REFUSED);
    assert_int_equal(result.tries[1].outcome, WAY_SILENT);
}

TEST(without_a_result_nothing_is_noted)
{
    result_note_try(NULL, 0, false);
    result_note_outcome(NULL, 0, RCODE_REFUSED);
    result_note_failure(NULL, EDE_OTHER, "nothing");
    result_note_silence(NULL);
    assert_false(result_lacks_failure(NULL));
}
