#include "subqueries_ended.h"

#include "base/shortage.h"

static enum existence existence(struct subquery *subquery)
{
    enum existence existence = subquery_existence(subquery);

    subquery_free(subquery);
    return existence;
}

TEST(a_reply_tells_whether_the_name_exists)
{
    assert_int_equal(existence(ended_with(RCODE_NOERROR, 0)), EXISTENCE_CONFIRMED);
    assert_int_equal(existence(ended_with(RCODE_NXDOMAIN, 0)), EXISTENCE_DENIED);
}

TEST(a_reply_that_makes_no_sense_tells_nothing)
{
    assert_int_equal(existence(ended_with(RCODE_NOERROR, 2)), EXISTENCE_UNKNOWN);
    assert_int_equal(existence(ended_with(RCODE_SERVFAIL, 0)), EXISTENCE_UNKNOWN);
}

TEST(a_server_that_is_not_asked_tells_nothing)
{
    assert_int_equal(subquery_existence(NULL), EXISTENCE_UNCHECKED);
    assert_false(subquery_stop(NULL));
}

TEST(silence_and_errors_of_the_network_are_failures_of_the_servers)
{
    assert_int_equal(existence(ended_without_reply(EDE_NO_REACHABLE_AUTHORITY, 0)),
                     EXISTENCE_UNKNOWN);
    assert_int_equal(existence(ended_without_reply(EDE_NETWORK_ERROR, ECONNREFUSED)),
                     EXISTENCE_UNKNOWN);
}

/* The servers may know the name. */
TEST(without_memory_or_descriptors_a_response_is_lost)
{
    static const int errors[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        assert_int_equal(existence(ended_without_reply(EDE_NETWORK_ERROR, errors[i])),
                         EXISTENCE_LOST);
    assert_int_equal(existence(ended_without_reply(EDE_NOT_READY, 0)), EXISTENCE_LOST);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(a_reply_that_memory_was_refused_for_is_lost)
{
    struct question question = question_of("host.test", "A");
    struct subquery *subquery = subquery_new(NULL, &question, TYPE_A);
    void *volatile huge;

    shortage_wait(false);
    huge = malloc(PTRDIFF_MAX);
    assert_null(huge);
    subquery_end(subquery);
    assert_int_equal(existence(subquery), EXISTENCE_LOST);
}
#endif

TEST(denials_and_no_data_find_nothing)
{
    struct subquery *denial = ended_with(RCODE_NXDOMAIN, 0),
                    *empty = ended_with(RCODE_NOERROR, 0);

    assert_true(subquery_is_nxdomain(denial) && subquery_has_nothing(denial));
    assert_true(!subquery_is_nxdomain(empty) && subquery_has_nothing(empty));
    subquery_free(denial);
    subquery_free(empty);
}

TEST(a_denial_can_be_made_where_there_is_no_reply)
{
    struct subquery *subquery = ended_without_reply(EDE_NO_REACHABLE_AUTHORITY, 0);

    assert_false(subquery_is_nxdomain(subquery));
    subquery_make_denial(subquery);
    assert_true(subquery_is_nxdomain(subquery) && subquery->is_denied);
    subquery_free(subquery);
}
