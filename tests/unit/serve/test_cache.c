#include "../reply_text.h"

#include "serve/cache.h"

static struct cache cache; /* of the case that runs */

static void set_up(void)
{
    static const struct cache_config config = {.bytes = 1 << 20, .max_ttl = 86400};

    assert_int_equal(cache_init(&cache, &config), 0);
}

static void tear_down(void)
{
    cache_free(&cache);
}

FIXTURE(cache, set_up, tear_down);

static size_t entries(void)
{
    return store_state(cache.store).entries;
}

/* Adds the address 192.0.2.LAST. */
static void add_address(struct answer *answer, uint8_t last, uint32_t ttl)
{
    const uint8_t address[] = {192, 0, 2, last};

    assert_true(answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
}

enum { LONGEST = 86400 }; /* longer than every TTL below */

/* Puts "NAME A" with this last octet of its address; it may stay for `longest` seconds. */
static void put_up_to(const char *name, uint8_t last, uint32_t ttl, int64_t now,
                      uint32_t longest)
{
    struct question question = question_of(name, "A");
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    add_address(&answer, last, ttl);
    cache_put(&cache, &question, &answer, now, longest);
    memset(records, 0xee, sizeof records); /* a copy must have been made */
}

static void put(const char *name, uint8_t last, uint32_t ttl, int64_t now)
{
    put_up_to(name, last, ttl, now, LONGEST);
}

/* Puts "NAME A" with two addresses of these TTLs. */
static void put_two(const char *name, uint32_t first_ttl, uint32_t second_ttl, int64_t now)
{
    struct question question = question_of(name, "A");
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    add_address(&answer, 1, first_ttl);
    add_address(&answer, 2, second_ttl);
    cache_put(&cache, &question, &answer, now, LONGEST);
}

/* "ADDRESS AGE", or "nothing". */
static const char *got(const char *name, int64_t now)
{
    static char text[64];
    struct question question = question_of(name, "A");
    struct cached cached;
    const struct answer *answer = &cached.answer;

    if (!cache_get(&cache, &question, now, &cached))
        return "nothing";
    assert_true(answer->len >= 4);
    snprintf(text, sizeof text, "192.0.2.%u %u", answer->records[answer->len - 1],
             cached.age);
    return text;
}

static bool has(const struct question *question, int64_t now)
{
    struct cached cached;

    return cache_get(&cache, question, now, &cached);
}

TEST_WITH(cache, an_empty_cache_has_nothing)
{
    assert_string_equal(got("host.", 0), "nothing");
}

TEST_WITH(cache, a_fresh_answer_is_found)
{
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 5000), "192.0.2.7 0");
}

/* Whatever the record's own TTL, which is not changed by it. */
TEST_WITH(cache, an_answer_stays_no_longer_than_it_may)
{
    put_up_to("host.", 1, 3600, 1000, 5);
    assert_string_equal(got("host.", 5999), "192.0.2.1 4");
    assert_string_equal(got("host.", 6000), "nothing");
}

TEST_WITH(cache, an_answer_that_may_not_stay_is_not_found)
{
    put_up_to("host.", 7, 60, 5000, 0);
    assert_string_equal(got("host.", 5000), "nothing");
}

TEST_WITH(cache, an_answer_is_found_as_often_as_it_is_asked_for)
{
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 6000), "192.0.2.7 1");
    assert_string_equal(got("host.", 6000), "192.0.2.7 1");
}

TEST_WITH(cache, its_age_is_whole_seconds)
{
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 7999), "192.0.2.7 2");
    assert_string_equal(got("host.", 8000), "192.0.2.7 3");
}

TEST_WITH(cache, an_answer_lasts_for_its_ttl)
{
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 14999), "192.0.2.7 9");
    assert_string_equal(got("host.", 15000), "nothing");
}

TEST_WITH(cache, the_lowest_ttl_of_its_records_counts)
{
    put_two("host.", 60, 5, 0);
    assert_string_equal(got("host.", 4999), "192.0.2.2 4");
    assert_string_equal(got("host.", 5000), "nothing");
}

TEST_WITH(cache, a_negative_answer_lasts_for_the_ttl_of_its_soa)
{
    struct question question = question_of("nosuch.example.", "A");
    uint8_t records[128];
    struct answer answer;
    struct cached found;

    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    assert_true(answer_add_soa(&answer, &question, 5));
    cache_put(&cache, &question, &answer, 0, LONGEST);
    assert_true(cache_get(&cache, &question, 4999, &found));
    assert_string_equal(answer_text(&question, &found.answer),
                        "NXDOMAIN\n"
                        "authority example. 5 SOA localhost. nobody.invalid. "
                        "1 3600 600 86400 5\n");
    assert_false(has(&question, 5000));
}

TEST_WITH(cache, an_answer_with_a_ttl_of_zero_is_not_kept)
{
    put("host.", 7, 0, 5000);
    assert_string_equal(got("host.", 5000), "nothing");
    assert_int_equal(entries(), 0);
}

TEST_WITH(cache, an_answer_without_records_is_not_kept)
{
    struct question question = question_of("host.", "A");
    struct answer answer;

    answer_init(&answer, &question, NULL, 0);
    cache_put(&cache, &question, &answer, 0, LONGEST);
    assert_false(has(&question, 0));
}

/* A failure has no TTL. */
TEST_WITH(cache, an_answer_without_records_may_be_kept_for_a_while)
{
    struct question question = question_of("host.", "A");
    uint8_t records[64];
    struct answer answer;
    struct cached found;

    answer_init(&answer, &question, records, sizeof records);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "wires cut");
    cache_put_for(&cache, &question, &answer, 5000, 2);
    assert_true(cache_get(&cache, &question, 6999, &found));
    assert_string_equal(answer_text(&question, &found.answer),
                        "SERVFAIL: Network Error (23): wires cut\n");
    assert_false(has(&question, 7000));
}

TEST_WITH(cache, a_newer_answer_takes_the_place_of_an_older_one)
{
    put("host.", 7, 10, 5000);
    put("host.", 8, 10, 9000);
    assert_string_equal(got("host.", 10000), "192.0.2.8 1");
    assert_string_equal(got("host.", 18999), "192.0.2.8 9");
    assert_int_equal(entries(), 1);
}

/* What it said before no longer holds. */
TEST_WITH(cache, a_newer_answer_with_a_ttl_of_zero_takes_the_older_one_away)
{
    put("host.", 7, 10, 5000);
    put("host.", 8, 0, 6000);
    assert_string_equal(got("host.", 6000), "nothing");
}

TEST_WITH(cache, names_are_kept_apart)
{
    put("one.", 1, 10, 0);
    put("two.", 2, 10, 0);
    assert_string_equal(got("one.", 0), "192.0.2.1 0");
    assert_string_equal(got("two.", 0), "192.0.2.2 0");
    assert_string_equal(got("three.", 0), "nothing");
}

TEST_WITH(cache, types_are_kept_apart)
{
    struct question other = question_of("host.", "AAAA");

    put("host.", 1, 10, 0);
    assert_false(has(&other, 0));
}

TEST_WITH(cache, flags_are_kept_apart)
{
    struct question question = question_of("host.", "A");

    put("host.", 7, 10, 5000);
    assert_true(has(&question, 5000));
    question.flags = QUESTION_DNSSEC_OK;
    assert_false(has(&question, 5000));
    question.flags = QUESTION_CHECKING_DISABLED;
    assert_false(has(&question, 5000));
}

TEST_WITH(cache, it_never_holds_more_octets_than_allowed)
{
    char name[32];

    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "name%d.", i);
        put(name, 1, 10, 0);
    }
    assert_in_range(entries(), 5000, (1 << 20) / 64);
    assert_string_equal(got("name99999.", 0), "192.0.2.1 0");
    assert_string_equal(got("name50000.", 0), "nothing");
}

TEST_WITH(cache, it_is_empty_when_it_was_cleared)
{
    put("host.", 7, 10, 5000);
    cache_clear(&cache);
    assert_string_equal(got("host.", 5000), "nothing");
}

TEST_WITH(cache, an_answer_is_kept_no_shorter_than_the_least)
{
    cache.config.min_ttl = 30;
    put("host.", 7, 10, 0);
    put("zero.", 8, 0, 0);
    assert_string_equal(got("host.", 29999), "192.0.2.7 29");
    assert_string_equal(got("zero.", 29999), "192.0.2.8 29");
    assert_string_equal(got("host.", 30000), "nothing");
}

TEST_WITH(cache, an_answer_is_kept_no_longer_than_the_most)
{
    cache.config.max_ttl = 5;
    put("host.", 7, 10, 0);
    assert_string_equal(got("host.", 4999), "192.0.2.7 4");
    assert_string_equal(got("host.", 5000), "nothing");
}

static bool is_due(int64_t now)
{
    struct question question = question_of("host.", "A");
    struct cached cached;

    assert_true(cache_get(&cache, &question, now, &cached));
    return cached.is_due;
}

/* In the last tenth of its time, once. */
TEST_WITH(cache, a_popular_answer_is_due_before_it_ends)
{
    put("host.", 7, 100, 0);
    assert_false(is_due(1000));
    assert_false(is_due(2000));
    assert_false(is_due(89999));
    assert_true(is_due(90000));
    assert_false(is_due(91000));
    put("host.", 7, 100, 91000);
    assert_false(is_due(91000 + 89999));
}

TEST_WITH(cache, what_is_seldom_asked_for_is_not_due)
{
    put("host.", 7, 100, 0);
    assert_false(is_due(95000));
    assert_false(is_due(96000));
    assert_true(is_due(97000));
}

static bool has_stale(const struct question *question, int64_t now)
{
    struct answer answer;

    return cache_get_stale(&cache, question, now, &answer);
}

TEST_WITH(cache, what_has_ended_is_stale_for_a_while)
{
    struct question question = question_of("host.", "A");

    put("host.", 7, 10, 0);
    assert_false(has_stale(&question, 10000));
    cache.config.stale = 60;
    assert_true(has_stale(&question, 10000));
    assert_true(has_stale(&question, 69999));
    assert_false(has_stale(&question, 70000));
}

TEST_WITH(cache, a_denial_is_never_stale)
{
    struct question question = question_of("nosuch.example.", "A");
    uint8_t records[128];
    struct answer answer;

    cache.config.stale = 60;
    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_soa(&answer, &question, 5));
    cache_put(&cache, &question, &answer, 0, LONGEST); /* no data */
    assert_false(has_stale(&question, 6000));
    answer.rcode = RCODE_NXDOMAIN;
    cache_put(&cache, &question, &answer, 0, LONGEST);
    assert_false(has_stale(&question, 6000));
}
