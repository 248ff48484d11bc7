#include "../reply_text.h"

#include "serve/cache.h"

static struct cache cache; /* of the case that runs */

static int set_up(void **state)
{
    (void)state;
    return cache_init(&cache, 1 << 16);
}

static int tear_down(void **state)
{
    (void)state;
    cache_free(&cache);
    return 0;
}

#define cache_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Begins anew with room for so many octets. */
static void make_room_for(size_t max_bytes)
{
    cache_free(&cache);
    assert_int_equal(cache_init(&cache, max_bytes), 0);
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
    struct answer answer;
    uint32_t age;

    if (!cache_get(&cache, &question, now, &answer, &age))
        return "nothing";
    assert_true(answer.len >= 4);
    snprintf(text, sizeof text, "192.0.2.%u %u", answer.records[answer.len - 1], age);
    return text;
}

static bool has(const struct question *question, int64_t now)
{
    struct answer answer;
    uint32_t age;

    return cache_get(&cache, question, now, &answer, &age);
}

static void an_empty_cache_has_nothing(void **state)
{
    (void)state;
    assert_string_equal(got("host.", 0), "nothing");
}

static void a_fresh_answer_is_found(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 5000), "192.0.2.7 0");
}

/* Whatever the record's own TTL, which is not changed by it. */
static void an_answer_stays_no_longer_than_it_may(void **state)
{
    (void)state;
    put_up_to("host.", 1, 3600, 1000, 5);
    assert_string_equal(got("host.", 5999), "192.0.2.1 4");
    assert_string_equal(got("host.", 6000), "nothing");
}

static void an_answer_that_may_not_stay_is_not_found(void **state)
{
    (void)state;
    put_up_to("host.", 7, 60, 5000, 0);
    assert_string_equal(got("host.", 5000), "nothing");
}

static void an_answer_is_found_as_often_as_it_is_asked_for(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 6000), "192.0.2.7 1");
    assert_string_equal(got("host.", 6000), "192.0.2.7 1");
}

static void its_age_is_whole_seconds(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 7999), "192.0.2.7 2");
    assert_string_equal(got("host.", 8000), "192.0.2.7 3");
}

static void an_answer_lasts_for_its_ttl(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    assert_string_equal(got("host.", 14999), "192.0.2.7 9");
    assert_string_equal(got("host.", 15000), "nothing");
}

static void an_expired_answer_gives_its_room_back(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    assert_true(cache.bytes > 0);
    got("host.", 15000);
    assert_int_equal(cache.bytes, 0);
}

static void the_lowest_ttl_of_its_records_counts(void **state)
{
    (void)state;
    put_two("host.", 60, 5, 0);
    assert_string_equal(got("host.", 4999), "192.0.2.2 4");
    assert_string_equal(got("host.", 5000), "nothing");
}

static void a_negative_answer_lasts_for_the_ttl_of_its_soa(void **state)
{
    struct question question = question_of("nosuch.example.", "A");
    uint8_t records[128];
    struct answer answer, found;
    uint32_t age;

    (void)state;
    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    assert_true(answer_add_soa(&answer, &question, 5));
    cache_put(&cache, &question, &answer, 0, LONGEST);
    assert_true(cache_get(&cache, &question, 4999, &found, &age));
    assert_string_equal(answer_text(&question, &found),
                        "NXDOMAIN\n"
                        "authority example. 5 SOA localhost. nobody.invalid. "
                        "1 3600 600 86400 5\n");
    assert_false(has(&question, 5000));
}

static void an_answer_with_a_ttl_of_zero_is_not_kept(void **state)
{
    (void)state;
    put("host.", 7, 0, 5000);
    assert_string_equal(got("host.", 5000), "nothing");
    assert_int_equal(cache.bytes, 0);
}

static void an_answer_without_records_is_not_kept(void **state)
{
    struct question question = question_of("host.", "A");
    struct answer answer;

    (void)state;
    answer_init(&answer, &question, NULL, 0);
    cache_put(&cache, &question, &answer, 0, LONGEST);
    assert_false(has(&question, 0));
}

/* A failure has no TTL. */
static void an_answer_without_records_may_be_kept_for_a_while(void **state)
{
    struct question question = question_of("host.", "A");
    uint8_t records[64];
    struct answer answer, found;
    uint32_t age;

    (void)state;
    answer_init(&answer, &question, records, sizeof records);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "wires cut");
    cache_put_for(&cache, &question, &answer, 5000, 2);
    assert_true(cache_get(&cache, &question, 6999, &found, &age));
    assert_string_equal(answer_text(&question, &found),
                        "SERVFAIL: Network Error (23): wires cut\n");
    assert_false(has(&question, 7000));
}

static void a_newer_answer_takes_the_place_of_an_older_one(void **state)
{
    size_t bytes;

    (void)state;
    put("host.", 7, 10, 5000);
    bytes = cache.bytes;
    put("host.", 8, 10, 9000);
    assert_string_equal(got("host.", 10000), "192.0.2.8 1");
    assert_string_equal(got("host.", 18999), "192.0.2.8 9");
    assert_int_equal(cache.bytes, bytes);
}

/* What it said before no longer holds. */
static void a_newer_answer_with_a_ttl_of_zero_takes_the_older_one_away(void **state)
{
    (void)state;
    put("host.", 7, 10, 5000);
    put("host.", 8, 0, 6000);
    assert_string_equal(got("host.", 6000), "nothing");
}

static void names_are_kept_apart(void **state)
{
    (void)state;
    put("one.", 1, 10, 0);
    put("two.", 2, 10, 0);
    assert_string_equal(got("one.", 0), "192.0.2.1 0");
    assert_string_equal(got("two.", 0), "192.0.2.2 0");
    assert_string_equal(got("three.", 0), "nothing");
}

static void types_are_kept_apart(void **state)
{
    struct question other = question_of("host.", "AAAA");

    (void)state;
    put("host.", 1, 10, 0);
    assert_false(has(&other, 0));
}

static void flags_are_kept_apart(void **state)
{
    struct question question = question_of("host.", "A");

    (void)state;
    put("host.", 7, 10, 5000);
    assert_true(has(&question, 5000));
    question.flags = QUESTION_DNSSEC_OK;
    assert_false(has(&question, 5000));
    question.flags = QUESTION_CHECKING_DISABLED;
    assert_false(has(&question, 5000));
}

/* Octets of one answer such as these cases put; begins anew. */
static size_t size_of_one(void)
{
    size_t bytes;

    make_room_for(1 << 16);
    put("0.", 0, 10, 0);
    bytes = cache.bytes;
    make_room_for(1 << 16);
    return bytes;
}

static void when_it_is_full_the_oldest_goes(void **state)
{
    (void)state;
    make_room_for(3 * size_of_one());
    put("1.", 1, 10, 0);
    put("2.", 2, 10, 0);
    put("3.", 3, 10, 0);
    put("4.", 4, 10, 0);
    assert_string_equal(got("1.", 0), "nothing");
    assert_string_equal(got("2.", 0), "192.0.2.2 0");
    assert_string_equal(got("3.", 0), "192.0.2.3 0");
    assert_string_equal(got("4.", 0), "192.0.2.4 0");
}

static void an_answer_put_anew_is_young_again(void **state)
{
    (void)state;
    make_room_for(2 * size_of_one());
    put("1.", 1, 10, 0);
    put("2.", 2, 10, 0);
    put("1.", 1, 10, 1000);
    put("3.", 3, 10, 1000);
    assert_string_equal(got("1.", 1000), "192.0.2.1 0");
    assert_string_equal(got("2.", 1000), "nothing");
}

static void it_never_holds_more_octets_than_allowed(void **state)
{
    size_t one = size_of_one(), most = 10 * one + 1;
    char name[32];

    (void)state;
    make_room_for(most);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "name%d.", i);
        put(name, 1, 10, i);
        assert_true(cache.bytes <= most);
    }
    assert_int_equal(cache.bytes, 10 * one);
}

static void an_answer_larger_than_the_cache_is_not_kept(void **state)
{
    (void)state;
    make_room_for(size_of_one() - 1);
    put("1.", 1, 10, 0);
    assert_string_equal(got("1.", 0), "nothing");
    assert_int_equal(cache.bytes, 0);
}

static void an_answer_larger_than_the_cache_takes_the_older_one_away(void **state)
{
    (void)state;
    make_room_for(size_of_one());
    put("1.", 1, 10, 0);
    put_two("1.", 10, 10, 0);
    assert_string_equal(got("1.", 0), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cache_test(an_empty_cache_has_nothing),
        cache_test(a_fresh_answer_is_found),
        cache_test(an_answer_stays_no_longer_than_it_may),
        cache_test(an_answer_that_may_not_stay_is_not_found),
        cache_test(an_answer_is_found_as_often_as_it_is_asked_for),
        cache_test(its_age_is_whole_seconds),
        cache_test(an_answer_lasts_for_its_ttl),
        cache_test(an_expired_answer_gives_its_room_back),
        cache_test(the_lowest_ttl_of_its_records_counts),
        cache_test(a_negative_answer_lasts_for_the_ttl_of_its_soa),
        cache_test(an_answer_with_a_ttl_of_zero_is_not_kept),
        cache_test(an_answer_without_records_is_not_kept),
        cache_test(an_answer_without_records_may_be_kept_for_a_while),
        cache_test(a_newer_answer_takes_the_place_of_an_older_one),
        cache_test(a_newer_answer_with_a_ttl_of_zero_takes_the_older_one_away),
        cache_test(names_are_kept_apart),
        cache_test(types_are_kept_apart),
        cache_test(flags_are_kept_apart),
        cache_test(when_it_is_full_the_oldest_goes),
        cache_test(an_answer_put_anew_is_young_again),
        cache_test(it_never_holds_more_octets_than_allowed),
        cache_test(an_answer_larger_than_the_cache_is_not_kept),
        cache_test(an_answer_larger_than_the_cache_takes_the_older_one_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
