/* The options of the OPT record: what a request asks for, what a reply carries. */
#include "../check.h"

#include "dns/edns.h"

static struct edns_options options;

static bool reads(const uint8_t *data, size_t len)
{
    options = (struct edns_options){0};
    return edns_read_options(&options, reader_of(data, len));
}

#define READ(...)                                                                          \
    reads((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

TEST(no_options_ask_for_nothing)
{
    assert_true(reads(NULL, 0));
    assert_false(options.nsid || options.keepalive || options.padding ||
                 options.has_cookie || options.bad_cookie);
}

TEST(known_options_are_noted)
{
    assert_true(READ(0, 3, 0, 0, 0, 11, 0, 0, 0, 12, 0, 2, 0, 0));
    assert_true(options.nsid && options.keepalive && options.padding);
    assert_false(options.has_cookie);
}

TEST(unknown_options_are_passed_over)
{
    assert_true(READ(0, 100, 0, 2, 0xbe, 0xef, 0, 3, 0, 0));
    assert_true(options.nsid);
}

TEST(at_most_64_options_are_read)
{
    uint8_t data[65 * 4];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (const uint8_t[]){0, 100, 0, 0}[i % 4];
    assert_true(reads(data, 64 * 4));
    assert_false(reads(data, 65 * 4));
}

TEST(the_data_of_nsid_and_keepalive_is_ignored)
{
    assert_true(READ(0, 3, 0, 1, 'x', 0, 11, 0, 2, 0, 50));
    assert_true(options.nsid && options.keepalive);
}

TEST(a_cut_option_is_not_passed_over)
{
    const uint8_t octets[] = {0, 10, 0, 1, 'x', 0, 3, 0, 1};
    struct reader in = reader_of(octets, sizeof octets);
    struct edns_option option;

    assert_true(edns_next_option(&in, &option));
    assert_int_equal(option.code, 10);
    assert_int_equal(option.size, 1);
    assert_ptr_equal(option.data, octets + 4);
    assert_false(edns_next_option(&in, &option));
    assert_int_equal(in.pos, 5);
}

TEST(an_option_longer_than_the_record_is_an_error)
{
    assert_false(READ(0, 10, 0, 32, 1, 2, 3, 4));
    assert_false(READ(0, 10, 0));
    assert_false(READ(0, 3, 0, 0, 0));
}

/* Asserts whether a cookie of `len` octets is a good one. */
static void assert_cookie(uint8_t len, bool good)
{
    uint8_t data[4 + 60] = {0, 10, 0, len};

    memset(data + 4, 'c', len);
    assert_true(reads(data, 4u + len));
    assert_int_equal(options.has_cookie, good);
    assert_int_equal(options.bad_cookie, !good);
    assert_int_equal(options.cookie_len, good ? len : 0);
}

TEST(a_cookie_has_8_or_16_to_40_octets)
{
    for (uint8_t len = 0; len <= 50; len++)
        assert_cookie(len, len == 8 || (len >= 16 && len <= 40));
}

TEST(the_first_of_two_cookies_counts)
{
    assert_true(READ(0, 10, 0, 8, 1, 1, 1, 1, 1, 1, 1, 1, /**/ 0, 10, 0, 8, 2, 2, 2, 2, 2,
                     2, 2, 2));
    assert_memory_equal(options.cookie, "\1\1\1\1\1\1\1\1", 8);
    assert_true(READ(0, 10, 0, 1, 1, /**/ 0, 10, 0, 8, 2, 2, 2, 2, 2, 2, 2, 2));
    assert_true(options.bad_cookie && !options.has_cookie);
}

static uint8_t out[2000];

/* The record behind a message of `start` octets. */
static size_t put(const struct edns_record *record, size_t start, size_t limit)
{
    struct writer to = writer_of(out, sizeof out);

    to.pos = start;
    edns_put_record(&to, record, limit);
    assert_false(to.failed);
    return to.pos;
}

static void assert_put(const struct edns_record *record, const char *expected, size_t len)
{
    assert_int_equal(put(record, 0, 512), len);
    assert_memory_equal(out, expected, len);
    assert_int_equal(edns_record_size(record), len);
}

#define ASSERT_PUT(record, expected) assert_put(record, expected, sizeof expected - 1)

TEST(a_bare_record_has_size_version_and_flags)
{
    const struct edns_record bare = {.udp_size = 1232};
    const struct edns_record full = {.udp_size = 1232, .rcode_high = 1, .dnssec_ok = true};

    ASSERT_PUT(&bare, "\0\0\51\4\320\0\0\0\0\0\0");
    ASSERT_PUT(&full, "\0\0\51\4\320\1\0\200\0\0\0");
}

TEST(a_reason_is_an_extended_error)
{
    const struct edns_record record = {
        .udp_size = 1232, .has_reason = true, .reason = 22, .reason_text = "why"};

    ASSERT_PUT(&record, "\0\0\51\4\320\0\0\0\0\0\11"
                        "\0\17\0\5\0\26why");
}

TEST(cookie_nsid_and_keepalive_follow)
{
    const struct edns_record record = {
        .udp_size = 1232,
        .extras = {.cookie = (const uint8_t *)"abcdefghijklmnopqrstuvwx",
                   .nsid = "here",
                   .keepalive_100ms = 100},
    };

    ASSERT_PUT(&record, "\0\0\51\4\320\0\0\0\0\0\52"
                        "\0\12\0\30abcdefghijklmnopqrstuvwx"
                        "\0\3\0\4here"
                        "\0\13\0\2\0\144");
}

TEST(a_longer_keepalive_than_can_be_said_is_the_longest)
{
    const struct edns_record record = {.udp_size = 1232,
                                       .extras = {.keepalive_100ms = 70000}};

    ASSERT_PUT(&record, "\0\0\51\4\320\0\0\0\0\0\6"
                        "\0\13\0\2\377\377");
}

/* The length of a message of `start` octets with a padded record. */
static size_t padded(size_t start, size_t limit)
{
    const struct edns_record record = {.udp_size = 1232, .extras = {.pad = true}};

    return put(&record, start, limit);
}

TEST(padding_fills_blocks_of_468)
{
    assert_int_equal(padded(30, 1232), 468);
    assert_int_equal(padded(468 - 15, 1232), 468);
    assert_int_equal(padded(468 - 14, 1232), 936);
    assert_int_equal(padded(600, 1232), 936);
}

TEST(padding_ends_at_the_limit)
{
    assert_int_equal(padded(1000, 1232), 1232);
    assert_int_equal(padded(30, 100), 100);
    assert_int_equal(padded(1232 - 15, 1232), 1232);
    assert_int_equal(padded(1232 - 14, 1232), 1232 - 3); /* no room for the option */
}

TEST(padding_is_zeros)
{
    memset(out, 0xff, sizeof out);
    padded(0, 100);
    assert_memory_equal(out + 9, "\0\131\0\14\0\125", 6);
    for (size_t i = 15; i < 100; i++)
        assert_int_equal(out[i], 0);
}

TEST(our_own_option_asks_for_the_way)
{
    assert_true(READ(0xff, 0x49, 0, 0));
    assert_true(options.way);
    assert_true(READ(0xff, 0x48, 0, 0, 0xff, 0x4a, 0, 1, 'x'));
    assert_false(options.way);
}

TEST(the_way_takes_no_room_from_others)
{
    static const uint8_t way[] = {1, 2, 3};
    struct edns_record record = {.extras = {.way = way, .way_len = sizeof way}};
    size_t size = edns_record_size(&record), with = size + 4 + sizeof way;
    uint8_t octets[100];
    struct writer to = writer_of(octets, sizeof octets);

    assert_int_equal(size, 11);
    edns_put_record(&to, &record, with);
    assert_int_equal(to.pos, with);
    assert_memory_equal(octets + 11, ((uint8_t[]){0xff, 0x49, 0, 3, 1, 2, 3}), 7);
    to.pos = 0;
    edns_put_record(&to, &record, with - 1);
    assert_int_equal(to.pos, size);
}
