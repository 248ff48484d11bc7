/* The steps of a way in words. The client's tests show how they look in a picture. */
#include "../check.h"

#include "dns/answer.h"
#include "dns/way_text.h"

static const struct way_endpoint server = {.port = 53, .ip_len = 4, .ip = {192, 0, 2, 53}};
static struct way_words words;

/* The words of a step that stands alone in its way; NULL: there are none. */
static const char *say(struct way_step step)
{
    struct way way = {.count = 1, .steps = {step}};

    return way_text_step(&words, &way, &way.steps[0]) ? words.text : NULL;
}

static struct way_step step_of(enum way_kind kind, unsigned code, uint8_t flags)
{
    return (struct way_step){.kind = (uint8_t)kind, .code = (uint16_t)code, .flags = flags};
}

static struct way_step text_of(enum way_kind kind, unsigned code, uint8_t flags,
                               const char *text)
{
    struct way_step step = step_of(kind, code, flags);

    way_set_text(&step, text);
    return step;
}

static struct way_step try_of(unsigned code, uint8_t flags, const struct way_endpoint *of)
{
    struct way_step step = step_of(WAY_TRY, code, flags);

    way_set_try(&step, TYPE_AAAA, of);
    return step;
}

TEST(how_serve_came_by_the_answer)
{
    static const char *const outcomes[] = {
        [WAY_BY_ITSELF] = "answers by itself",
        [WAY_FROM_CACHE] = "in the cache",
        [WAY_STALE] = "in the cache, but stale",
        [WAY_KEPT_FAIL] = "has just failed, in the cache",
        [WAY_LOOKED_UP] = "not in the cache: a new lookup",
        [WAY_JOINED] = "not in the cache: joins a lookup under way",
        [WAY_JOINED + 1] = "",
    };

    for (unsigned how = 0; how < sizeof outcomes / sizeof *outcomes; how++) {
        assert_string_equal(say(step_of(WAY_SERVE, how, 0)), "serve");
        assert_string_equal(words.outcome, outcomes[how]);
    }
}

TEST(what_is_kept_has_an_age)
{
    struct way_step kept = {.kind = WAY_KEPT};

    way_set_kept(&kept, 12, 48);
    assert_string_equal(say(kept), "12 s old, 48 s left");
    assert_string_equal(words.outcome, "");
    kept.len--;
    assert_null(say(kept));
}

TEST(libc_without_dns)
{
    static const struct {
        unsigned code;
        uint8_t flags;
        const char *outcome;
    } rows[] = {
        {WAY_SETTLED, 0, "that is the answer"},
        {WAY_SETTLED, WAY_LEFT_OUT, "not needed, the hosts file has not changed"},
        {WAY_LEADS_TO_DNS, 0, "DNS is next"},
        {WAY_LEADS_TO_DNS, WAY_LEFT_OUT, "not needed, DNS is next"},
        {WAY_KNOWS_NAME, 0, "the name exists, DNS is next"},
        {99, 0, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(
            say(text_of(WAY_PROBE, rows[i].code, rows[i].flags, "files dns")),
            "libc without DNS: files dns");
        assert_string_equal(words.outcome, rows[i].outcome);
    }
}

TEST(who_knew_the_name)
{
    assert_string_equal(say(text_of(WAY_OWNER, 0, 0, "files")), "known to: files");
    assert_string_equal(say(text_of(WAY_OWNER, 0, 0, "mdns4 winbind")),
                        "one of these knows it: mdns4 winbind");
    assert_null(say(text_of(WAY_OWNER, 0, 0, "")));
}

TEST(what_a_name_server_said)
{
    static const struct {
        unsigned code;
        const char *outcome;
    } rows[] = {
        {RCODE_NXDOMAIN, "NXDOMAIN"},
        {WAY_SILENT, "no reply"},
        {WAY_UNREACHABLE, "cannot be reached"},
        {WAY_TRUNCATED, "too long for UDP"},
        {WAY_FORGED, "forged replies came"},
        {WAY_CASE, "other letter case came back"},
        {WAY_ASKS_US, "asks this server itself"},
        {0x8000, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(say(try_of(rows[i].code, 0, &server)),
                            "DNS server 192.0.2.53 over UDP: AAAA");
        assert_string_equal(words.outcome, rows[i].outcome);
    }
    assert_string_equal(say(try_of(0, WAY_OVER_TCP, &server)),
                        "DNS server 192.0.2.53 over TCP: AAAA");
    assert_null(say(step_of(WAY_TRY, 0, 0)));
}

TEST(libc_on_the_reply)
{
    assert_string_equal(say(step_of(WAY_VERDICT, 0, 0)), "libc on the reply");
    assert_string_equal(words.outcome, "");
    say(step_of(WAY_VERDICT, 0, WAY_LEFT_OUT));
    assert_string_equal(words.outcome, "not needed");
}

TEST(a_step_of_another_kind_says_nothing)
{
    assert_null(say(step_of(0, 0, 0)));
    assert_null(say(step_of(WAY_VERDICT + 1, 0, 0)));
    assert_string_equal(say(step_of(WAY_LOOKUP, 0, 0)), "lookup");
}

/* The source, with what other steps of the way say of it. */
TEST(where_an_answer_came_from)
{
    static const struct {
        unsigned source;
        const char *owner, *text;
    } rows[] = {
        {ANSWER_FROM_DNS, "", "a DNS server"},
        {ANSWER_FROM_FILES, "files", "hosts file"},
        {ANSWER_FROM_MDNS, "mdns4", "mDNS (mdns4)"},
        {ANSWER_FROM_MACHINE, "", "this machine's own names"},
        {ANSWER_FROM_HOST, "libvirt winbind", "one of the NSS sources libvirt winbind"},
        {77, "", "another source of the host than DNS"},
    };
    char text[WAY_TEXT_SOURCE];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct way way = {.count = 2,
                          .steps = {step_of(WAY_SOURCE, rows[i].source, 0),
                                    text_of(WAY_OWNER, 0, 0, rows[i].owner)}};

        assert_string_equal(way_text_source(&way, text), rows[i].text);
        assert_true(way_text_step(&words, &way, &way.steps[0]));
        assert_memory_equal(words.text, "from: ", 6);
        assert_string_equal(words.text + 6, rows[i].text);
    }
    assert_string_equal(way_text_source(&(struct way){0}, text), "the server itself");
}

TEST(a_name_server_is_named_with_its_port)
{
    struct way_endpoint other = {.port = 5300, .ip_len = 16, .ip = {[15] = 1}};
    struct way way = {.count = 2,
                      .steps = {step_of(WAY_SOURCE, ANSWER_FROM_DNS, 0),
                                try_of(RCODE_NOERROR, WAY_OVER_TCP, &other)}};
    char text[WAY_TEXT_SOURCE];

    assert_string_equal(way_text_source(&way, text), "DNS server ::1 port 5300 over TCP");
    way_set_source(&way.steps[0], &server);
    assert_string_equal(way_text_source(&way, text), "DNS server 192.0.2.53 over TCP");
}

/* A server that is not ours, or was broken into, may tell anything. */
TEST(hostile_text_comes_out_as_printable_ascii)
{
    char hostile[WAY_DATA_MAX + 1];

    memset(hostile, 1, sizeof hostile - 1);
    hostile[sizeof hostile - 1] = '\0';
    assert_string_equal(say(text_of(WAY_OWNER, 0, 0, "<\033[31m\200")),
                        "known to: <\\027[31m\\128");
    for (unsigned kind = 0; kind < 256; kind++) {
        const char *text = say(text_of((enum way_kind)kind, 0, 0, hostile));

        for (; text && *text; text++)
            assert_in_range(*text, ' ', '~');
    }
}
