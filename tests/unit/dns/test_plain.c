/*
 * The short way must say what the long way says: whatever plain_read accepts, request_parse
 * accepts and reads alike, and what plain_write writes is what reply_write writes.
 */
#include "../check.h"
#include "../mutate.h"

#include "dns/plain.h"
#include "dns/reply.h"
#include "dns/request.h"

#define HEADER(flags, additional)                                                          \
    0x12, 0x34, (flags) >> 8, (flags)&0xff, 0, 1, 0, 0, 0, 0, 0, additional
#define HOST_A 4, 'H', 'o', 's', 't', 4, 't', 'E', 's', 't', 0, 0, 1, 0, 1
#define OPT(size, flags, length)                                                           \
    0, 0, 41, (size) >> 8, (size)&0xff, 0, 0, (flags) >> 8, (flags)&0xff, 0, length

#define COOKIE 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8
#define NSID   0, 3, 0, 0

static const uint8_t plain[] = {HEADER(0x0100, 0), HOST_A};
static const uint8_t bits[] = {HEADER(0x0030, 0), HOST_A};
static const uint8_t edns[] = {HEADER(0x0100, 1), HOST_A, OPT(1232, 0, 0)};
static const uint8_t with_do[] = {HEADER(0x0110, 1), HOST_A, OPT(4096, 0x8000, 0)};
static const uint8_t options[] = {HEADER(0x0120, 1), HOST_A, OPT(1232, 0, 16), COOKIE,
                                  NSID};

static const struct {
    const uint8_t *wire;
    size_t len;
} samples[] = {
    {plain, sizeof plain},     {bits, sizeof bits},       {edns, sizeof edns},
    {with_do, sizeof with_do}, {options, sizeof options},
};

enum { SAMPLES = sizeof samples / sizeof *samples };

/* Two addresses under a name in full, and one under the asked name. */
static const uint8_t records[] = {0xc0, 12, 0,  1, 0,   1,   0,   0, 0,   60,   0,  4, 192,
                                  0,    2,  1,  3, 'w', 'w', 'w', 0, 0,   1,    0,  1, 0,
                                  0,    1,  44, 0, 4,   192, 0,   2, 2,   0xc0, 12, 0, 1,
                                  0,    1,  0,  0, 0,   5,   0,   4, 192, 0,    2,  3};

static struct answer sample_answer(const struct question *question, uint16_t rcode)
{
    struct answer answer;

    answer_init(&answer, question, (uint8_t *)(uintptr_t)records, sizeof records);
    answer.len = sizeof records;
    answer.rcode = rcode;
    answer.count[SECTION_ANSWER] = 2;
    answer.count[SECTION_AUTHORITY] = 1;
    return answer;
}

/* Both ways' replies to a message that plain_read has accepted. */
static void assert_same_reply_of(const uint8_t *wire, size_t len, const struct request *got,
                                 uint32_t age, uint16_t rcode, bool is_authentic)
{
    static uint8_t short_way[4096], long_way[4096];
    struct request request;
    struct answer answer;
    struct plain_answer view;
    size_t short_len;

    assert_int_equal(request_parse(&request, wire, len), RCODE_NOERROR);
    answer = sample_answer(&request.question, rcode);
    answer.is_authentic = is_authentic;
    view = (struct plain_answer){.records = answer.records,
                                 .len = answer.len,
                                 .count = answer.count,
                                 .rcode = (uint8_t)rcode,
                                 .is_authentic = is_authentic,
                                 .age = age};
    short_len = plain_write(got, wire, &view, short_way, sizeof short_way);
    assert_int_equal(reply_write(&request, &answer, age, NULL, long_way, sizeof long_way),
                     short_len);
    assert_memory_equal(short_way, long_way, short_len);
}

static void assert_same_reply(const uint8_t *wire, size_t len, const struct request *got,
                              uint32_t age, uint16_t rcode)
{
    assert_same_reply_of(wire, len, got, age, rcode, false);
    assert_same_reply_of(wire, len, got, age, rcode, true);
}

static void assert_same_request(const uint8_t *wire, size_t len, const struct request *got)
{
    struct request request;
    struct question folded;

    assert_int_equal(request_parse(&request, wire, len), RCODE_NOERROR);
    assert_int_equal(request.class, CLASS_IN);
    assert_false(request.is_signed);
    question_fold(&folded, &request.question);
    assert_true(question_equal_folded(&folded, &got->question));
    assert_int_equal(request.has_edns, got->has_edns);
    if (got->has_edns) {
        assert_int_equal(request.edns_size, got->edns_size);
        assert_int_equal(request.options.nsid, got->options.nsid);
        assert_int_equal(request.options.padding, got->options.padding);
        assert_int_equal(request.options.has_cookie, got->options.has_cookie);
    }
}

TEST(plain_questions_are_read_and_answered_alike)
{
    struct request got;

    for (size_t i = 0; i < SAMPLES; i++) {
        assert_true(plain_read(&got, samples[i].wire, samples[i].len));
        assert_same_request(samples[i].wire, samples[i].len, &got);
        assert_same_reply(samples[i].wire, samples[i].len, &got, 0, RCODE_NOERROR);
        assert_same_reply(samples[i].wire, samples[i].len, &got, 59, RCODE_NXDOMAIN);
        assert_same_reply(samples[i].wire, samples[i].len, &got, 1000000, RCODE_NOERROR);
    }
}

TEST(the_name_is_folded)
{
    struct request got;

    assert_true(plain_read(&got, plain, sizeof plain));
    assert_memory_equal(got.question.name, "\4host\4test", 11);
}

TEST(a_reply_longer_than_the_limit_is_left_to_the_long_way)
{
    const uint16_t count[SECTIONS] = {2, 1, 0};
    const struct plain_answer answer = {
        .records = records, .len = sizeof records, .count = count};
    struct request got;
    uint8_t out[512];
    size_t len = sizeof edns + sizeof records;

    assert_true(plain_read(&got, edns, sizeof edns));
    assert_int_equal(plain_write(&got, edns, &answer, out, len), len);
    assert_int_equal(plain_write(&got, edns, &answer, out, len - 1), 0);
}

#define REFUSED(...)                                                                       \
    assert_false(plain_read(&got, (const uint8_t[]){__VA_ARGS__},                          \
                            sizeof((const uint8_t[]){__VA_ARGS__})))

TEST(what_is_out_of_the_ordinary_is_left_to_the_long_way)
{
    struct request got;

    REFUSED(HEADER(0x8100, 0), HOST_A);    /* a response */
    REFUSED(HEADER(0x0900, 0), HOST_A);    /* another opcode */
    REFUSED(HEADER(0x0300, 0), HOST_A);    /* TC */
    REFUSED(HEADER(0x0140, 0), HOST_A);    /* Z */
    REFUSED(HEADER(0x0101, 0), HOST_A);    /* an RCODE */
    REFUSED(HEADER(0x0100, 0), HOST_A, 0); /* something behind it */
    REFUSED(HEADER(0x0100, 1), HOST_A);    /* no record */
    REFUSED(HEADER(0x0100, 2), HOST_A, OPT(512, 0, 0), OPT(512, 0, 0));
    REFUSED(HEADER(0x0100, 1), HOST_A, OPT(512, 0x4000, 0));        /* an unknown flag */
    REFUSED(HEADER(0x0100, 1), HOST_A, OPT(512, 0, 4), 0, 3, 0, 1); /* an option cut off */
    REFUSED(HEADER(0x0100, 0), 0xc0, 12, 0, 1, 0, 1);               /* a pointer */
    REFUSED(HEADER(0x0100, 0), 0, 0, 1, 0, 3);                      /* another class */
    REFUSED(0x12, 0x34, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, HOST_A, HOST_A);
    REFUSED(0x12, 0x34, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, HOST_A);
}

TEST(every_cut_message_is_left_to_the_long_way)
{
    struct request got;
    uint8_t *cut;

    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t len = 0; len < samples[i].len; len++) {
            cut = malloc(len + 1); /* where a sanitizer sees a read behind the end */
            memcpy(cut, samples[i].wire, len);
            cut = realloc(cut, len ? len : 1);
            assert_false(plain_read(&got, cut, len));
            free(cut);
        }
}

TEST(the_longest_name_is_read)
{
    uint8_t wire[12 + 256 + 4] = {HEADER(0x0100, 0)};
    struct request got;

    for (size_t at = 12; at < 12 + 254; at += 2)
        wire[at] = 1;
    wire[12 + 254] = 0;
    memcpy(wire + 12 + 255, "\0\1\0\1", 4);
    assert_true(plain_read(&got, wire, 12 + 255 + 4));
    assert_int_equal(got.question.name_len, 255);
    wire[12 + 252] = 2; /* 256 octets */
    wire[12 + 255] = 0;
    memcpy(wire + 12 + 256, "\0\1\0\1", 4);
    assert_false(plain_read(&got, wire, 12 + 256 + 4));
}

/* Whatever the short way accepts, the long way must see in the same way. */
TEST(spoilt_messages_are_read_alike_or_left)
{
    unsigned accepted = 0;

    for (int i = 0; i < 200000; i++) {
        size_t sample = (size_t)i % SAMPLES, len;
        uint8_t *wire = mutate(samples[sample].wire, samples[sample].len, &len);
        struct request got;

        if (plain_read(&got, wire, len)) {
            accepted++;
            assert_same_request(wire, len, &got);
            assert_same_reply(wire, len, &got, (uint32_t)i % 100, RCODE_NOERROR);
        }
        free(wire);
    }
    assert_in_range(accepted, 1000, 190000);
}
