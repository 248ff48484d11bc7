/* When libc is asked for a verdict, and what its answer brings along. */
#include "lab_lookup.h"

#include "lookup/verdict.h"

/* A reply with one address, or its header alone. */
static const uint8_t reply[] = {0, 0,   0x81, 0x80, 0,  1, 0, 1,    0,  0, 0, 0,
                                1, 'x', 0,    0,    1,  0, 1, 0xc0, 12, 0, 1, 0,
                                1, 0,   0,    0,    60, 0, 4, 192,  0,  2, 1};

static bool is_final(enum lookup_next next, uint16_t asked, size_t reply_len)
{
    const struct question question = question_of("x", "A");
    const struct response response = {.reply = reply_len > 0 ? reply : NULL,
                                      .reply_len = reply_len};

    return verdict_is_known(next, &question, asked, &response);
}

TEST(what_is_passed_on_needs_no_verdict)
{
    assert_true(is_final(LOOKUP_RELAY, TYPE_A, 5));
    assert_true(is_final(LOOKUP_EXISTS, TYPE_A, 5));
    assert_false(is_final(LOOKUP_VERDICT, TYPE_A, sizeof reply));
}

TEST(a_clear_reply_or_none_is_the_verdict_if_dns_decides)
{
    assert_true(is_final(LOOKUP_DNS_DECIDES, TYPE_A, sizeof reply));
    assert_true(is_final(LOOKUP_DNS_DECIDES, TYPE_A, 0));
    assert_false(is_final(LOOKUP_DNS_DECIDES, TYPE_A, sizeof reply - 1));
    assert_false(is_final(LOOKUP_DNS_DECIDES, TYPE_AAAA, sizeof reply));
}

/* Both halves of a verdict in one job: one is known, of the other libc is asked. */
TEST_WITH(lab, news_may_need_libc_where_the_answer_does_not)
{
    struct lab_lookup *lookup = lab_lookup();
    uint64_t id;

    lab_start(1 << 20, "x.qmany3-nxdomain.fault.test", "AAAA");
    assert_non_null(strstr(lab_next(lookup, &id), "x.qmany3-nxdomain.fault.test. 60 A "));
    assert_true(id == (MESSAGE_UNSOLICITED | 1 << 20));
    assert_string_equal(lab_next(lookup, &id), "NOERROR\n");
    assert_int_equal(id, 1 << 20);
}

TEST_WITH(lab, the_other_familys_answer_is_news)
{
    struct lab_lookup *lookup = lab_lookup();
    const char *text;
    uint64_t id;

    lab_start(1 << 20, "x.qok-nxdomain.fault.test", "AAAA");
    text = lab_next(lookup, &id);
    assert_true(id == (MESSAGE_UNSOLICITED | 1 << 20));
    assert_non_null(strstr(text, "x.qok-nxdomain.fault.test. 60 A 192.0.2.200\n"));
    assert_string_equal(lab_next(lookup, &id), "NOERROR\n");
    assert_int_equal(id, 1 << 20);
}

/* Each has its own reply in hand, and libc's question for it finds the right one. */
TEST_WITH(lab, one_name_is_asked_with_and_without_do_at_once)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question plain = question_of("a.signed.test", "A"), signed_too = plain;
    bool has_signature[2];
    uint64_t id;

    signed_too.flags = QUESTION_DNSSEC_OK;
    for (int i = 0; i < 20; i++) {
        jobs_start(&lookup->jobs, lookup->send_queue, 1000, &plain);
        jobs_start(&lookup->jobs, lookup->send_queue, 1001, &signed_too);
        for (int answers = 0; answers < 2; answers++) {
            const char *text = lab_next(lookup, &id);

            assert_in_range(id, 1000, 1001);
            assert_non_null(strstr(text, "a.signed.test. 60 A 192.0.2.201\n"));
            has_signature[id - 1000] = strstr(text, "a.signed.test. 60 RRSIG A ");
        }
        assert_false(has_signature[0]);
        assert_true(has_signature[1]);
    }
}
