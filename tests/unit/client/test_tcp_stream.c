#include "../check.h"

#include "captured.h"
#include "client/tcp_stream.h"

enum { MESSAGE = QUERY_SIZE + 2, FIRST = 1000 };

/* Three messages, each behind its length. */
static const uint8_t octets[] = "\0\x13" QUERY "\0\x13" QUERY "\0\x13" QUERY;

static struct tcp_stream stream;

static void message(void *context, const uint8_t *wire, size_t size)
{
    (void)context;
    sink_take(&captured, wire, size, "");
}

static void lost(void *context, size_t count, const char *why)
{
    (void)context;
    sink_complain(&captured, "%zu %s", count, why);
}

static const struct tcp_stream_events events = {message, lost, NULL};

static void begin(void)
{
    forget_captured();
    tcp_stream_begin(&stream, FIRST, &events);
}

/* The octets from..to of the three messages. */
static void take(size_t from, size_t to)
{
    tcp_stream_take(
        &stream, (struct tcp_segment){(uint32_t)(FIRST + from), octets + from, to - from},
        &events);
}

static void end(size_t expected, const char *complaints)
{
    tcp_stream_end(&stream, &events);
    assert_int_equal(taken, expected);
    assert_string_equal(complaint, complaints);
}

TEST(messages_do_not_care_for_segments)
{
    begin();
    take(0, 3 * MESSAGE);
    end(3, "");
    begin();
    for (size_t i = 0; i < 3 * MESSAGE; i++)
        take(i, i + 1);
    end(3, "");
    begin();
    take(0, 30);
    take(30, 3 * MESSAGE);
    end(3, "");
}

TEST(segments_may_come_in_any_order_and_again)
{
    begin();
    take(40, 3 * MESSAGE);
    take(1, 30);
    assert_int_equal(taken, 0);
    take(0, 1);
    assert_int_equal(taken, 1);
    take(0, 1);
    take(20, 45);
    take(0, 3 * MESSAGE);
    end(3, "");
}

TEST(a_gap_within_a_message_costs_only_that)
{
    begin();
    take(0, 5);
    take(15, 3 * MESSAGE);
    end(2, "10 are missing");
    begin();
    take(0, 5);
    take(15, 18);
    take(18, 3 * MESSAGE);
    end(2, "10 are missing");
}

TEST(behind_a_gap_between_messages_one_has_to_be_seen)
{
    begin();
    take(0, MESSAGE);
    take(2 * MESSAGE, 3 * MESSAGE);
    end(2, "21 are missing");
    begin();
    take(0, MESSAGE);
    take(MESSAGE + 8, 2 * MESSAGE);
    take(2 * MESSAGE, 3 * MESSAGE);
    end(2, "8 are missing|13 in which no message begins that can be told");
}

TEST(what_is_missing_at_the_end_is_told)
{
    begin();
    take(0, MESSAGE + 5);
    end(1, "16 are missing at the end of a message");
    begin();
    take(0, 1);
    end(0, "1 are missing at the end of a message");
    begin();
    take(0, 5);
    take(15, 18);
    end(0, "10 are missing|3 are missing at the end of a message");
}

TEST(a_stream_may_have_begun_before)
{
    forget_captured();
    take(0, 2 * MESSAGE);
    end(2, "");
    forget_captured();
    take(10, MESSAGE);
    take(MESSAGE, 2 * MESSAGE);
    end(1, "11 in which no message begins that can be told");
}

TEST(a_gap_is_given_up_in_time)
{
    static uint8_t many[(TCP_STREAM_LATE + 1) * MESSAGE];

    for (size_t i = 0; i <= TCP_STREAM_LATE; i++)
        memcpy(many + i * MESSAGE, octets, MESSAGE);
    begin();
    for (size_t i = 1; i <= TCP_STREAM_LATE; i++)
        tcp_stream_take(&stream,
                        (struct tcp_segment){(uint32_t)(FIRST + i * MESSAGE),
                                             many + i * MESSAGE, MESSAGE},
                        &events);
    assert_int_equal(taken, TCP_STREAM_LATE);
    end(TCP_STREAM_LATE, "21 are missing");
}

TEST(ports_may_be_used_again)
{
    begin();
    tcp_stream_begin(&stream, FIRST, &events); /* SYN comes twice */
    take(0, MESSAGE);
    tcp_stream_begin(&stream, FIRST, &events);
    take(MESSAGE, MESSAGE + 5);
    tcp_stream_begin(&stream, 0xffffffff, &events);
    assert_string_equal(complaint, "16 are missing at the end of a message");
    tcp_stream_take(&stream, (struct tcp_segment){0xffffffff, octets, MESSAGE},
                    &events); /* and numbers begin again at 0 */
    tcp_stream_take(&stream, (struct tcp_segment){MESSAGE - 1, octets, MESSAGE}, &events);
    assert_int_equal(taken, 3);
    tcp_stream_take(&stream, (struct tcp_segment){0x40000000, octets, MESSAGE},
                    &events); /* SYN was not captured */
    end(4, "16 are missing at the end of a message");
}

/* As many messages as there are, whatever the order and the overlaps. */
TEST(any_order_brings_all_messages)
{
    srandom(5);
    for (int i = 0; i < 2000; i++) {
        begin();
        for (int j = 0; j < 40; j++) {
            size_t from = (size_t)random() % (3 * MESSAGE);

            take(from, from + 1 + (size_t)random() % (3 * MESSAGE - from));
        }
        take(0, 3 * MESSAGE);
        end(3, "");
    }
}

static void ignore_message(void *context, const uint8_t *wire, size_t size)
{
    (void)context;
    (void)wire;
    assert_true(size <= UINT16_MAX);
}

static void ignore_lost(void *context, size_t count, const char *why)
{
    (void)context;
    (void)count;
    (void)why;
}

TEST(any_octets_are_taken)
{
    const struct tcp_stream_events ignore = {ignore_message, ignore_lost, NULL};
    static uint8_t noise[3000];

    srandom(6);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = random() % 4 ? 0 : (uint8_t)random();
    for (int i = 0; i < 20000; i++) {
        size_t from = (size_t)random() % sizeof noise;

        if (random() % 50 == 0)
            tcp_stream_begin(&stream, (uint32_t)random() % 5000, &ignore);
        tcp_stream_take(&stream,
                        (struct tcp_segment){(uint32_t)random() % 5000, noise + from,
                                             (size_t)random() % (sizeof noise - from)},
                        &ignore);
    }
    tcp_stream_end(&stream, &ignore);
}
