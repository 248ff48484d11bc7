#include "../check.h"

#include "client/cookie.h"

#define HEADER(rcode)           "\0\0\x81" rcode "\0\0\0\0\0\0\0\1"
#define OPT(high, len, options) "\0\0\x29\4\xd0" high "\0\0\0\0" len options
#define OURS                    "12345678"
#define SERVERS                 "abcdefgh"
#define COOKIE(len, octets)     "\0\x0a\0" len octets

static struct ask ask;

static void ask_with(uint8_t size)
{
    struct ask_form form = {.cookie_size = size};

    memcpy(form.cookie, OURS SERVERS, size);
    assert_int_equal(ask_build(&ask, "a.test", 1, &form), 0);
}

static enum cookie_verdict check(const char *reply, size_t size)
{
    return cookie_check(&ask, (const uint8_t *)reply, size);
}

#define CHECK(reply)            check(reply, sizeof(reply) - 1)
#define BADCOOKIE(len, options) HEADER("\x87") OPT("\1", len, options)

TEST(a_reply_without_a_cookie_is_fine)
{
    ask_with(8);
    assert_int_equal(CHECK(HEADER("\x80") OPT("\0", "\0", "")), COOKIE_FINE);
    assert_int_equal(CHECK(HEADER("\x80") OPT("\0", "\x14", COOKIE("\x10", OURS SERVERS))),
                     COOKIE_FINE);
    assert_int_equal(CHECK("\0"), COOKIE_FINE);
}

TEST(a_reply_with_a_foreign_cookie_is_none)
{
    ask_with(8);
    assert_int_equal(
        CHECK(HEADER("\x80") OPT("\0", "\x14", COOKIE("\x10", "x2345678" SERVERS))),
        COOKIE_FOREIGN);
    assert_int_equal(CHECK(BADCOOKIE("\x14", COOKIE("\x10", "x2345678" SERVERS))),
                     COOKIE_FOREIGN);
    assert_int_equal(CHECK(HEADER("\x80") OPT("\0", "\x0b", COOKIE("\7", "1234567"))),
                     COOKIE_FOREIGN);
}

TEST(a_cookie_is_renewed_once)
{
    ask_with(8);
    assert_int_equal(CHECK(BADCOOKIE("\x14", COOKIE("\x10", OURS SERVERS))),
                     COOKIE_RENEWED);
    assert_memory_equal(ask.wire + ask.size - 20, COOKIE("\x10", OURS SERVERS), 20);
    assert_true(ask.wire[0] == ask.id >> 8 && ask.wire[1] == (uint8_t)ask.id);
    assert_int_equal(CHECK(BADCOOKIE("\x14", COOKIE("\x10", OURS SERVERS))),
                     COOKIE_REFUSED);
}

TEST(an_old_cookie_makes_room_for_a_new_one)
{
    ask_with(16);
    assert_int_equal(CHECK(BADCOOKIE("\x1c", COOKIE("\x18", OURS "ABCDEFGHIJKLMNOP"))),
                     COOKIE_RENEWED);
    assert_int_equal(ask.form.cookie_size, 24);
    assert_memory_equal(ask.wire + ask.size - 28, COOKIE("\x18", OURS "ABCDEFGHIJKLMNOP"),
                        28);
}

TEST(without_a_new_cookie_it_is_refused)
{
    ask_with(8);
    assert_int_equal(CHECK(BADCOOKIE("\0", "")), COOKIE_REFUSED);
    assert_int_equal(CHECK(BADCOOKIE("\x0c", COOKIE("\x08", OURS))), COOKIE_REFUSED);
    assert_int_equal(
        CHECK(BADCOOKIE("\x2d", COOKIE("\x29", OURS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"))),
        COOKIE_REFUSED);
    assert_false(ask.is_renewed);
}

TEST(a_client_that_has_sent_none_does_not_care)
{
    ask_with(0);
    assert_int_equal(CHECK(BADCOOKIE("\x14", COOKIE("\x10", OURS SERVERS))), COOKIE_FINE);
}
