/* RFC 9018: the vectors of its appendix A, and what becomes of a cookie that comes back. */
#include "../check.h"

#include "serve/server_cookie.h"

static void octets_of(const char *hex, uint8_t *out)
{
    unsigned octet;

    for (; sscanf(hex, "%2x", &octet) == 1; hex += 2)
        *out++ = (uint8_t)octet;
}

static struct addr client_at(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return addr;
}

static const struct {
    const char *key, *client_cookie, *address, *server_cookie;
} vectors[] = {
    {"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100",
     "010000005cf79f111f8130c3eee29480"},
    {"e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86", "203.0.113.203",
     "01abcdef5cf78f71a314227b6679ebf5"},
    {"dd3bdf9344b678b185a6f5cb60fca715", "22681ab97d52c298",
     "2001:db8:220:1:59de:d0f4:8769:82b8", "010000005cf7c57926556bd0934c72f8"},
    {"445536bcd2513298075a5d379663c962", "22681ab97d52c298",
     "2001:db8:220:1:59de:d0f4:8769:82b8", "010000005cf7c609a6bb79d16625507a"},
};

TEST(the_hash_is_that_of_the_rfc)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t key[16], client_cookie[8], expected[16], made[16];
        struct addr client = client_at(vectors[i].address);

        octets_of(vectors[i].key, key);
        octets_of(vectors[i].client_cookie, client_cookie);
        octets_of(vectors[i].server_cookie, expected);
        server_cookie_hash(key, client_cookie, expected, &client, made);
        assert_memory_equal(made, expected, 16);
    }
}

static const struct cookie_secret secret = {"the secret of these tests"};

enum { NOW = 1559731985 }; /* 10:53:05 of a day in 2019 */

/* What is sent to 192.0.2.1 for this cookie. */
static void answer_to(const uint8_t *cookie, size_t len, const char *address, uint32_t now,
                      uint8_t out[static EDNS_COOKIE_SENT])
{
    struct edns_options options = {.has_cookie = true, .cookie_len = (uint8_t)len};
    struct addr client = client_at(address);

    memcpy(options.cookie, cookie, len);
    server_cookie_for(&secret, &options, &client, now, out);
}

static void first(uint8_t out[static EDNS_COOKIE_SENT])
{
    answer_to((const uint8_t *)"abcdefgh", 8, "192.0.2.1", NOW, out);
}

TEST(a_new_client_gets_its_half_and_ours)
{
    static const uint8_t head[] = {1, 0, 0, 0, 0x5c, 0xf7, 0x9f, 0x11}; /* version, time */
    uint8_t out[EDNS_COOKIE_SENT];

    first(out);
    assert_memory_equal(out, "abcdefgh", 8);
    assert_memory_equal(out + 8, head, 8);
}

/* Whether a cookie that comes back is sent again, and not a new one. */
static bool is_kept(const char *address, int later)
{
    uint8_t one[EDNS_COOKIE_SENT], two[EDNS_COOKIE_SENT];

    first(one);
    answer_to(one, sizeof one, address, (uint32_t)(NOW + later), two);
    return memcmp(one, two, sizeof one) == 0;
}

TEST(a_good_cookie_is_kept_for_half_an_hour)
{
    assert_true(is_kept("192.0.2.1", 0));
    assert_true(is_kept("192.0.2.1", 1800));
    assert_false(is_kept("192.0.2.1", 1801));
    assert_true(is_kept("192.0.2.1", -300));
    assert_false(is_kept("192.0.2.1", -301));
}

TEST(another_address_gets_a_cookie_of_its_own)
{
    assert_false(is_kept("192.0.2.2", 0));
}

TEST(yesterdays_key_is_still_good)
{
    uint8_t one[EDNS_COOKIE_SENT], two[EDNS_COOKIE_SENT];
    uint32_t midnight = NOW - NOW % 86400 + 86400;

    answer_to((const uint8_t *)"abcdefgh", 8, "192.0.2.1", midnight - 1, one);
    answer_to(one, sizeof one, "192.0.2.1", midnight + 1, two);
    assert_memory_equal(one, two, sizeof one);
}

TEST(a_forged_cookie_is_replaced)
{
    uint8_t one[EDNS_COOKIE_SENT], forged[EDNS_COOKIE_SENT], two[EDNS_COOKIE_SENT];

    first(one);
    for (size_t i = 0; i < sizeof one; i++) {
        memcpy(forged, one, sizeof one);
        forged[i] ^= 1;
        answer_to(forged, sizeof forged, "192.0.2.1", NOW + 1, two);
        assert_memory_equal(two, forged, 8);
        assert_memory_not_equal(two + 8, forged + 8, 16);
    }
}

TEST(a_cookie_of_another_length_is_replaced)
{
    static const uint8_t longest[EDNS_COOKIE_MAX] = "abcdefgh";
    uint8_t one[EDNS_COOKIE_SENT], two[EDNS_COOKIE_SENT];

    first(one);
    answer_to(longest, sizeof longest, "192.0.2.1", NOW, two);
    assert_memory_equal(one, two, sizeof one);
}
