#include "../check.h"

#include "dns/received.h"

/* Header of a response; the question "a.test A", whose name stands at offset 12. */
#define HEADER(flags, qd, an, ns, ar)  "\x12\x34\x81" flags "\0" qd "\0" an "\0" ns "\0" ar
#define QUESTION                       "\1a\4test\0\0\1\0\1"
#define A(owner)                       owner "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\x0a"
#define ASKED                          "\xc0\x0c"
#define CNAME(owner, rdlength, target) owner "\0\5\0\1\0\0\0\x3c\0" rdlength target
#define OPT(high, rdlength, options)   "\0\0\x29\4\xd0" high "\0\0\0\0" rdlength options

static struct received reply;

static void clear(void)
{
    received_free(&reply);
}

FIXTURE(reply, NULL, clear);

#define PARSE(wire)                                                                        \
    assert_int_equal(received_parse(&reply, (const uint8_t *)(wire), sizeof(wire) - 1), 0)

TEST_WITH(reply, records_and_rcode_are_read)
{
    PARSE(HEADER("\x80", "\1", "\1", "\0", "\0") QUESTION A(ASKED));
    assert_true(reply.is_whole);
    assert_false(reply.is_truncated);
    assert_int_equal(reply.rcode, 0);
    assert_int_equal(received_answers(&reply)->count, 1);
    assert_string_equal(reply.sections[SECTION_ANSWER].records[0].owner, "a.test.");
    assert_string_equal(reply.sections[SECTION_ANSWER].records[0].data, "192.0.2.10");
    assert_null(reply.reason);
}

TEST_WITH(reply, a_reply_may_be_no_more_than_its_header)
{
    PARSE(HEADER("\x81", "\0", "\0", "\0", "\0"));
    assert_true(reply.is_whole);
    assert_int_equal(reply.rcode, 1);
}

TEST_WITH(reply, the_reason_of_a_failure_is_read)
{
    PARSE(HEADER("\x82", "\1", "\0", "\0", "\1") QUESTION OPT("\0", "\x0e",
                                                              "\0\x0f\0\x0a\0\x16"
                                                              "no route"));
    assert_int_equal(reply.rcode, 2);
    assert_string_equal(reply.reason, "No Reachable Authority (22): no route");
}

TEST_WITH(reply, several_reasons_are_all_told)
{
    PARSE(HEADER("\x82", "\1", "\0", "\0", "\1") QUESTION OPT("\0", "\x10",
                                                              "\0\x0f\0\2\0\x17"
                                                              "\0\x0f\0\6\x03\xe7"
                                                              "odd\x1b"));
    assert_string_equal(reply.reason, "Network Error (23); extended error (999): odd\\027");
}

TEST_WITH(reply, other_options_are_passed_over)
{
    PARSE(HEADER("\x80", "\1", "\0", "\0", "\1")
              QUESTION OPT("\0", "\x08", "\0\x0a\0\4abcd"));
    assert_true(reply.is_whole);
    assert_null(reply.reason);
}

/* BADVERS is 16: 1 in the OPT record, 0 in the header. */
TEST_WITH(reply, the_rcode_has_its_high_bits_in_the_opt_record)
{
    PARSE(HEADER("\x80", "\1", "\0", "\0", "\1") QUESTION OPT("\1", "\0", ""));
    assert_int_equal(reply.rcode, 16);
}

TEST_WITH(reply, broken_options_or_two_opt_records_are_not_whole)
{
    PARSE(HEADER("\x80", "\1", "\0", "\0", "\1") QUESTION OPT("\0", "\3", "\0\x0f\0"));
    assert_false(reply.is_whole);
    received_free(&reply);
    PARSE(HEADER("\x80", "\1", "\0", "\0", "\2") QUESTION OPT("\0", "\0", "")
              OPT("\0", "\0", ""));
    assert_false(reply.is_whole);
}

TEST_WITH(reply, truncation_is_noticed)
{
    PARSE("\x12\x34\x83\x80\0\1\0\0\0\0\0\0" QUESTION);
    assert_true(reply.is_truncated);
}

/* Each prefix of a message is read to where it ends, and known not to be the whole. */
TEST_WITH(reply, a_cut_reply_gives_the_records_before_the_cut)
{
    const char wire[] = HEADER("\x80", "\1", "\2", "\1", "\1") QUESTION A(ASKED) A(ASKED)
        A(ASKED) OPT("\0", "\x0a",
                     "\0\x0f\0\6\0\x16"
                     "slow");
    const size_t answers = 12 + 12, record = 16;

    for (size_t size = 0; size < sizeof wire - 1; size++) {
        assert_int_equal(received_parse(&reply, (const uint8_t *)wire, size), 0);
        assert_false(reply.is_whole);
        assert_int_equal(received_answers(&reply)->count, size < answers + record ? 0
                                                          : size < answers + 2 * record
                                                              ? 1
                                                              : 2);
        received_free(&reply);
    }
    PARSE(wire);
    assert_true(reply.is_whole);
}

TEST_WITH(reply, a_false_count_is_not_whole)
{
    PARSE("\x12\x34\x81\x80\0\1\xff\xff\xff\xff\xff\xff" QUESTION A(ASKED));
    assert_false(reply.is_whole);
    assert_int_equal(received_answers(&reply)->count, 1);
}

TEST_WITH(reply, an_alias_leads_to_the_canonical_name)
{
    const char *end;

    /* a.test -> b.test -> c.test, the second link first */
    PARSE(HEADER("\x80", "\1", "\2", "\0", "\0") QUESTION CNAME(
        "\1B\xc0\x0e", "\4", "\1c\xc0\x0e") CNAME(ASKED, "\4", "\1b\xc0\x0e"));
    end = received_canonical(&reply, "A.test.", 1);
    assert_string_equal(end, "c.test.");
    assert_string_equal(received_canonical(&reply, "other.test.", 1), "other.test.");
}

TEST_WITH(reply, a_question_for_the_alias_gets_the_alias)
{
    PARSE(HEADER("\x80", "\1", "\1", "\0", "\0")
              QUESTION CNAME(ASKED, "\4", "\1b\xc0\x0e"));
    assert_string_equal(received_canonical(&reply, "a.test.", 5), "a.test.");
    assert_string_equal(received_canonical(&reply, "a.test.", 255), "a.test.");
    assert_true(received_is_asked(&reply, &reply.sections[SECTION_ANSWER].records[0],
                                  "A.test.", 5));
    assert_true(received_is_asked(&reply, &reply.sections[SECTION_ANSWER].records[0],
                                  "a.test.", 255));
    assert_false(received_is_asked(&reply, &reply.sections[SECTION_ANSWER].records[0],
                                   "a.test.", 1));
    assert_false(received_is_asked(&reply, &reply.sections[SECTION_ANSWER].records[0],
                                   "b.test.", 5));
}

TEST_WITH(reply, a_circle_of_aliases_ends)
{
    PARSE(HEADER("\x80", "\1", "\2", "\0", "\0") QUESTION CNAME(ASKED, "\4", "\1b\xc0\x0e")
              CNAME("\1b\xc0\x0e", "\2", ASKED));
    assert_string_equal(received_canonical(&reply, "a.test.", 1), "a.test.");
}

TEST_WITH(reply, records_of_another_class_are_no_answer)
{
    PARSE(HEADER("\x80", "\1", "\1", "\0", "\0") QUESTION ASKED
          "\0\1\0\3\0\0\0\x3c\0\4\xc0\0\2\x0a");
    assert_false(received_is_asked(&reply, &reply.sections[SECTION_ANSWER].records[0],
                                   "a.test.", 1));
}
