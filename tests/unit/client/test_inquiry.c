#include "responder.h"

#include "client/datagram.h"
#include "client/inquiry.h"

#define W(word) ((char[]){word})

static const struct exchange_manner patience = {.tries = 1, .try_ms = 60000};

static void run(struct inquiry *inquiry, responder_script *script, uint16_t type,
                struct exchange_manner patient)
{
    struct responder responder;
    int fd;

    responder_start(&responder, script);
    fd = datagram_open(&responder.addr);
    assert_int_equal(
        inquiry_run(inquiry, fd,
                    &(struct wish){.name = W("host.test"), .type = type, .class = 0},
                    &(struct ask_form){0}, &patient),
        0);
    responder_stop(&responder);
    close(fd);
}

static void assert_outcome(responder_script *script, uint16_t type, enum verdict verdict,
                           int exit_code)
{
    struct inquiry inquiry;

    run(&inquiry, script, type, patience);
    assert_int_equal(inquiry.exchanges[inquiry.count - 1].verdict, verdict);
    assert_int_equal(inquiry_exit(&inquiry), exit_code);
    inquiry_free(&inquiry);
}

TEST(addresses_are_two_questions)
{
    struct inquiry inquiry;

    run(&inquiry, responder_addresses, 0, patience);
    assert_true(inquiry.for_addresses);
    assert_int_equal(inquiry.count, 2);
    assert_int_equal(inquiry.exchanges[0].verdict, VERDICT_RECORDS);
    assert_string_equal(inquiry.exchanges[0].reply.sections[SECTION_ANSWER].records[0].data,
                        "192.0.2.10");
    assert_string_equal(inquiry.exchanges[1].reply.sections[SECTION_ANSWER].records[0].data,
                        "2001:db8::10");
    assert_string_equal(inquiry.exchanges[1].canonical, "host.test.");
    assert_int_equal(inquiry_exit(&inquiry), INQUIRY_RECORDS);
    inquiry_free(&inquiry);
}

TEST(a_type_is_one_question)
{
    struct inquiry inquiry;

    run(&inquiry, responder_addresses, TYPE_AAAA, patience);
    assert_false(inquiry.for_addresses);
    assert_int_equal(inquiry.count, 1);
    assert_string_equal(inquiry.exchanges[0].reply.sections[SECTION_ANSWER].records[0].data,
                        "2001:db8::10");
    inquiry_free(&inquiry);
}

TEST(what_is_no_name_is_not_asked)
{
    struct inquiry inquiry;

    assert_int_equal(inquiry_run(&inquiry, -1,
                                 &(struct wish){.name = W("a..b"), .type = 0, .class = 0},
                                 &(struct ask_form){0}, &patience),
                     -1);
    assert_int_equal(errno, EINVAL);
    inquiry_free(&inquiry);
}

/* The RCODE or flags of the next replies. */
static unsigned next_flags;

static void reply_flags(struct responder *responder, const uint8_t *query, size_t size)
{
    responder_reply(responder, query, size, next_flags, 0, 0, "", 0);
}

TEST(rcodes_have_exit_codes)
{
    next_flags = 0;
    assert_outcome(reply_flags, TYPE_A, VERDICT_NO_RECORDS, 1);
    next_flags = 3;
    assert_outcome(reply_flags, TYPE_A, VERDICT_NO_NAME, 1);
    for (next_flags = 1; next_flags < 16; next_flags++)
        if (next_flags != 3)
            assert_outcome(reply_flags, TYPE_A, VERDICT_FAILED, 2);
}

TEST(truncated_to_nothing_is_not_no_records)
{
    next_flags = 0x0200;
    assert_outcome(reply_flags, TYPE_A, VERDICT_CUT, 2);
}

static void truncated(struct responder *responder, const uint8_t *query, size_t size)
{
    responder_reply(responder, query, size, 0x0200, 2, 0, RECORD_A, sizeof RECORD_A);
}

/* Nobody listens at the responder's TCP port. */
TEST(truncated_records_are_part_of_an_answer)
{
    assert_outcome(truncated, TYPE_A, VERDICT_PARTIAL, 2);
}

static void one_record_missing(struct responder *responder, const uint8_t *query,
                               size_t size)
{
    responder_reply(responder, query, size, 0, 2, 0, RECORD_A, sizeof RECORD_A);
}

TEST(a_cut_message_is_malformed)
{
    assert_outcome(one_record_missing, TYPE_A, VERDICT_MALFORMED, 2);
}

static void bad_address(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 2, 192, 0};

    responder_reply(responder, query, size, 0, 1, 0, record, sizeof record);
}

TEST(an_address_of_two_octets_is_malformed)
{
    assert_outcome(bad_address, TYPE_A, VERDICT_MALFORMED, 2);
}

/* A record of the asked type, but of another name. */
static void beside_the_point(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t record[] = {1, 'x', 0, 0, 1,   0, 1, 0, 0,
                                     0, 60,  0, 4, 192, 0, 2, 10};

    responder_reply(responder, query, size, 0, 1, 0, record, sizeof record);
}

TEST(records_of_another_name_are_no_answer)
{
    assert_outcome(beside_the_point, TYPE_A, VERDICT_NO_RECORDS, 1);
}

/* host.test CNAME x.host.test, and its address. */
static void alias(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t records[] = {0xc0, 12,  0,    5,  0, 1,   0,    0,  0, 60, 0, 4,
                                      1,    'x', 0xc0, 12, 1, 'x', 0xc0, 12, 0, 1,  0, 1,
                                      0,    0,   0,    60, 0, 4,   192,  0,  2, 10};

    responder_reply(responder, query, size, 0, 2, 0, records, sizeof records);
}

TEST(the_answer_stands_at_the_end_of_the_chain)
{
    struct inquiry inquiry;

    run(&inquiry, alias, TYPE_A, patience);
    assert_int_equal(inquiry.exchanges[0].verdict, VERDICT_RECORDS);
    assert_string_equal(inquiry.exchanges[0].canonical, "x.host.test.");
    inquiry_free(&inquiry);
}

/* What comes next for each type: an RCODE, NOERROR with an address, or without one. */
enum { NODATA = 99 };
static unsigned a_rcode, aaaa_rcode;

static void by_family(struct responder *responder, const uint8_t *query, size_t size)
{
    unsigned rcode = responder_type(query, size) == TYPE_A ? a_rcode : aaaa_rcode;

    if (rcode == 0)
        responder_addresses(responder, query, size);
    else
        responder_reply(responder, query, size, rcode == NODATA ? 0 : rcode, 0, 0, "", 0);
}

static int exit_of(unsigned a, unsigned aaaa)
{
    struct inquiry inquiry;
    int code;

    a_rcode = a;
    aaaa_rcode = aaaa;
    run(&inquiry, by_family, 0, patience);
    code = (int)inquiry_exit(&inquiry);
    inquiry_free(&inquiry);
    return code;
}

TEST(one_family_is_enough_but_a_failure_stays_one)
{
    assert_int_equal(exit_of(0, 0), 0);
    assert_int_equal(exit_of(0, NODATA), 0);
    assert_int_equal(exit_of(NODATA, 0), 0);
    assert_int_equal(exit_of(0, 3), 0);
    assert_int_equal(exit_of(0, 2), 2);
    assert_int_equal(exit_of(5, 0), 2);
    assert_int_equal(exit_of(NODATA, NODATA), 1);
    assert_int_equal(exit_of(3, 3), 1);
    assert_int_equal(exit_of(NODATA, 2), 2);
}

static void only_a(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder_type(query, size) == TYPE_A)
        responder_addresses(responder, query, size);
}

TEST(silence_on_one_question_is_silence)
{
    struct inquiry inquiry;

    run(&inquiry, only_a, 0, (struct exchange_manner){.tries = 1, .try_ms = 1000});
    assert_int_equal(inquiry.exchanges[0].verdict, VERDICT_RECORDS);
    assert_int_equal(inquiry.exchanges[1].verdict, VERDICT_SILENT);
    assert_int_equal(inquiry_exit(&inquiry), INQUIRY_SILENT);
    assert_false(inquiry_is_interrupted(&inquiry));
    inquiry_free(&inquiry);
}
