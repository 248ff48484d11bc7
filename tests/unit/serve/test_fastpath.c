/* Which questions take the fast path, with a cache that knows "www.example. A". */
#include "clients.h"

#include "serve/fastpath.h"

#include "base/log.h"
#include "base/recent.h"

static struct {
    struct serve_config config;
    struct loop *loop;
    struct channel channel; /* left: the flights'; right: the lookup process's */
    struct flights *flights;
    struct cache *cache;
    struct addr from;
    uint8_t out[UDP_SEND_BATCH_REPLY];
} scene;

/* Puts so many addresses with a TTL of 100 into the cache, at the time 0. */
static void know(const char *name, int addresses, enum ede ede)
{
    static uint8_t records[4096];
    static const uint8_t address[] = {192, 0, 2, 1};
    struct question question = question_of(name, "A");
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    for (int i = 0; i < addresses; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 100));
    answer.ede = (uint16_t)ede;
    cache_put(scene.cache, &question, &answer, 0, UINT32_MAX);
}

static void set_up(void)
{
    scene.config = (struct serve_config)CONFIG_OF(1232);
    scene.config.cache = (struct cache_config){.bytes = 1 << 20, .max_ttl = 86400};
    forget_questions();
    scene.loop = loop_new();
    assert_non_null(scene.loop);
    assert_int_equal(channel_open(&scene.channel), 0);
    scene.cache = cache_new(&scene.config.cache);
    assert_non_null(scene.cache);
    scene.flights =
        flights_new(&scene.config, scene.loop, scene.channel.left, scene.cache, NULL);
    assert_non_null(scene.flights);
    assert_true(addr_parse(&scene.from, "127.0.0.1", 4242));
    know("www.example.", 1, EDE_NONE);
}

static void tear_down(void)
{
    flights_free(scene.flights);
    cache_free(scene.cache);
    loop_free(scene.loop);
    channel_close(&scene.channel);
}

FIXTURE(fastpath, set_up, tear_down);

#define WWW    "\3wWw\7example"
#define QUERY  "\x12\x34\1\0\0\1\0\0\0\0\0"
#define ASKS_A "\0\0\1\0\1"
#define OPT    "\0\0\51\4\320\0\0\0\0\0"

/* The reply so many milliseconds after the answer was kept, or "the slow path". */
static const char *replied(const char *wire, size_t len, int64_t now)
{
    const struct fastpath fastpath = {&scene.config, scene.cache, scene.flights};
    size_t reply =
        fastpath_reply(&fastpath, (const uint8_t *)wire, len, &scene.from, now, scene.out);

    flights_send(scene.flights);
    return reply > 0 ? reply_text(scene.out, reply) : "the slow path";
}

#define REPLIED(wire, now)  replied(wire, sizeof(wire) - 1, now)
#define PLAIN               QUERY "\0" WWW ASKS_A
#define WITH_OPTION(option) QUERY "\1" WWW ASKS_A OPT option

TEST_WITH(fastpath, what_the_cache_has_is_answered)
{
    assert_string_equal(REPLIED(PLAIN, 0), "NOERROR\n"
                                           "wWw.example. 100 A 192.0.2.1\n");
    assert_string_equal(REPLIED(PLAIN, 40999), "NOERROR\n"
                                               "wWw.example. 60 A 192.0.2.1\n");
    assert_string_equal(REPLIED(WITH_OPTION("\0"), 0), "NOERROR\n"
                                                       "wWw.example. 100 A 192.0.2.1\n");
}

TEST_WITH(fastpath, what_it_has_not_takes_the_slow_path)
{
    assert_string_equal(REPLIED(QUERY "\0\1x" ASKS_A, 0), "the slow path");
    assert_string_equal(REPLIED(PLAIN, 100000), "the slow path");
    assert_string_equal(REPLIED(QUERY "\0" WWW "\0\0\1\0\3", 0), "the slow path");
}

TEST_WITH(fastpath, a_stranger_takes_the_slow_path)
{
    assert_true(addr_parse(&scene.from, "::1", 4242)); /* EVERYBODY is IPv4 */
    assert_string_equal(REPLIED(PLAIN, 0), "the slow path");
}

TEST_WITH(fastpath, options_take_the_slow_path_where_they_are_answered)
{
    assert_string_not_equal(REPLIED(WITH_OPTION("\4\0\3\0\0"), 0), "the slow path");
    assert_string_not_equal(REPLIED(WITH_OPTION("\4\0\14\0\0"), 0), "the slow path");
    strcpy(scene.config.nsid, "here");
    assert_string_equal(REPLIED(WITH_OPTION("\4\0\3\0\0"), 0), "the slow path");
    scene.config.padding = true;
    assert_string_equal(REPLIED(WITH_OPTION("\4\0\14\0\0"), 0), "the slow path");
    scene.config.policy.cookies = true;
    assert_string_equal(REPLIED(WITH_OPTION("\14\0\12\0\10abcdefgh"), 0), "the slow path");
}

TEST_WITH(fastpath, a_reason_takes_the_slow_path)
{
    know("www.example.", 1, EDE_OTHER);
    assert_string_equal(REPLIED(PLAIN, 0), "the slow path");
}

TEST_WITH(fastpath, a_large_answer_takes_the_slow_path)
{
    know("www.example.", 40, EDE_NONE);
    assert_string_equal(REPLIED(WITH_OPTION("\0"), 0), "the slow path");
}

TEST_WITH(fastpath, a_question_to_be_logged_takes_the_slow_path)
{
    log_open("hostdnsd", LOG_LEVEL_DEBUG);
    assert_string_equal(REPLIED(PLAIN, 0), "the slow path");
    log_open("hostdnsd", LOG_LEVEL_INFO);
    assert_string_not_equal(REPLIED(PLAIN, 0), "the slow path");
}

TEST_WITH(fastpath, a_question_to_be_shown_takes_the_slow_path)
{
    recent_next_at = 1000;
    assert_string_not_equal(REPLIED(PLAIN, 999), "the slow path");
    assert_string_equal(REPLIED(PLAIN, 1000), "the slow path");
    recent_next_at = INT64_MAX;
    assert_string_not_equal(REPLIED(PLAIN, 1000), "the slow path");
}

TEST_WITH(fastpath, a_popular_answer_is_asked_for_before_it_ends)
{
    struct asked asked;

    for (int i = 0; i < 2; i++)
        REPLIED(PLAIN, 95000);
    assert_true(nothing_asked(scene.channel.right));
    assert_string_equal(REPLIED(PLAIN, 95000), "NOERROR\n"
                                               "wWw.example. 5 A 192.0.2.1\n");
    asked = next_asked(scene.channel.right);
    assert_string_equal(asked_text(&asked), "www.example. A");
}
