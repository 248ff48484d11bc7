#include "lab_lookup.h"

#include "lookup/refusal.h"

enum { ID = 42 };

static const char *sent(void)
{
    const char *text;
    uint64_t id;

    text = lab_next(lab_lookup(), &id);
    assert_int_equal(id, ID);
    return text;
}

TEST_WITH(lab, a_refusal_has_its_reason)
{
    struct question question = question_of("host.test", "MX");

    refusal_put(lab_lookup()->send_queue, ID, &question, EDE_NOT_READY,
                "100% of the threads hang");
    assert_string_equal(sent(), "SERVFAIL: Not Ready (14): 100% of the threads hang\n");
}

TEST_WITH(lab, our_own_question_is_denied_so_that_it_can_be_kept)
{
    struct question question = question_of("random.check.test", "A");

    refusal_of_check(&lab_config, lab_lookup()->send_queue, ID, &question);
    assert_string_equal(sent(),
                        "NXDOMAIN: Synthesized (29): loop: this is our own question\n"
                        "authority check.test." SOA);
}
