#include "../reply_text.h"

#include "serve/cache.h"

/* Puts "NAME A" with this last octet of its address. */
static void put(struct cache *cache, const char *name, uint8_t last, uint32_t ttl,
                int64_t now)
{
    const uint8_t address[] = {192, 0, 2, last};
    struct question question = question_of(name, "A");
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
    cache_put(cache, &question, &answer, now, 86400);
    memset(records, 0xee, sizeof records); /* a copy must have been made */
}

/* "ADDRESS AGE", or "nothing". */
static const char *got(struct cache *cache, const char *name, int64_t now)
{
    static char text[64];
    struct question question = question_of(name, "A");
    struct answer answer;
    uint32_t age;

    if (!cache_get(cache, &question, now, &answer, &age))
        return "nothing";
    assert_true(answer.len >= 4);
    snprintf(text, sizeof text, "192.0.2.%u %u", answer.records[answer.len - 1], age);
    return text;
}

static void set_up(struct cache *cache, size_t max_bytes)
{
    assert_int_equal(cache_init(cache, max_bytes), 0);
}

static void an_empty_cache_has_nothing(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    assert_string_equal(got(&cache, "host.", 0), "nothing");
    cache_free(&cache);
}

static void a_fresh_answer_is_found(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    assert_string_equal(got(&cache, "host.", 5000), "192.0.2.7 0");
    cache_free(&cache);
}

/* Whatever the record's own TTL, which is not changed by it. */
static void an_answer_stays_no_longer_than_it_may(void **state)
{
    struct question question = question_of("host.", "A");
    const uint8_t address[] = {192, 0, 2, 1};
    uint8_t records[64];
    struct answer answer;
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 3600));
    cache_put(&cache, &question, &answer, 1000, 5);
    assert_string_equal(got(&cache, "host.", 5999), "192.0.2.1 4");
    assert_string_equal(got(&cache, "host.", 6000), "nothing");
    cache_free(&cache);
}

static void an_answer_is_found_as_often_as_it_is_asked_for(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    assert_string_equal(got(&cache, "host.", 6000), "192.0.2.7 1");
    assert_string_equal(got(&cache, "host.", 6000), "192.0.2.7 1");
    cache_free(&cache);
}

static void its_age_is_whole_seconds(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    assert_string_equal(got(&cache, "host.", 7999), "192.0.2.7 2");
    assert_string_equal(got(&cache, "host.", 8000), "192.0.2.7 3");
    cache_free(&cache);
}

static void an_answer_lasts_for_its_ttl(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    assert_string_equal(got(&cache, "host.", 14999), "192.0.2.7 9");
    assert_string_equal(got(&cache, "host.", 15000), "nothing");
    cache_free(&cache);
}

static void an_expired_answer_gives_its_room_back(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    assert_true(cache.bytes > 0);
    got(&cache, "host.", 15000);
    assert_int_equal(cache.bytes, 0);
    cache_free(&cache);
}

static void the_lowest_ttl_of_its_records_counts(void **state)
{
    const uint8_t address[] = {192, 0, 2, 1};
    struct question question = question_of("host.", "A");
    uint8_t records[64];
    struct answer answer;
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 60));
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 5));
    cache_put(&cache, &question, &answer, 0, 86400);
    assert_string_equal(got(&cache, "host.", 4999), "192.0.2.1 4");
    assert_string_equal(got(&cache, "host.", 5000), "nothing");
    cache_free(&cache);
}

static void a_negative_answer_lasts_for_the_ttl_of_its_soa(void **state)
{
    struct question question = question_of("nosuch.example.", "A");
    uint8_t records[128];
    struct answer answer, found;
    struct cache cache;
    uint32_t age;

    (void)state;
    set_up(&cache, 1 << 16);
    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    assert_true(answer_add_soa(&answer, &question, 5));
    cache_put(&cache, &question, &answer, 0, 86400);
    assert_true(cache_get(&cache, &question, 4999, &found, &age));
    assert_string_equal(answer_text(&question, &found),
                        "NXDOMAIN\n"
                        "authority example. 5 SOA localhost. nobody.invalid. "
                        "1 3600 600 86400 5\n");
    assert_false(cache_get(&cache, &question, 5000, &found, &age));
    cache_free(&cache);
}

static void an_answer_with_a_ttl_of_zero_is_not_kept(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 0, 5000);
    assert_string_equal(got(&cache, "host.", 5000), "nothing");
    assert_int_equal(cache.bytes, 0);
    cache_free(&cache);
}

static void an_answer_without_records_is_not_kept(void **state)
{
    struct question question = question_of("host.", "A");
    struct answer answer;
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    answer_init(&answer, &question, NULL, 0);
    cache_put(&cache, &question, &answer, 0, 86400);
    assert_string_equal(got(&cache, "host.", 0), "nothing");
    cache_free(&cache);
}

static void a_newer_answer_takes_the_place_of_an_older_one(void **state)
{
    struct cache cache;
    size_t bytes;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    bytes = cache.bytes;
    put(&cache, "host.", 8, 10, 9000);
    assert_string_equal(got(&cache, "host.", 10000), "192.0.2.8 1");
    assert_string_equal(got(&cache, "host.", 18999), "192.0.2.8 9");
    assert_int_equal(cache.bytes, bytes);
    cache_free(&cache);
}

/* What it said before no longer holds. */
static void a_newer_answer_with_a_ttl_of_zero_takes_the_older_one_away(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 7, 10, 5000);
    put(&cache, "host.", 8, 0, 6000);
    assert_string_equal(got(&cache, "host.", 6000), "nothing");
    cache_free(&cache);
}

static void names_are_kept_apart(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "one.", 1, 10, 0);
    put(&cache, "two.", 2, 10, 0);
    assert_string_equal(got(&cache, "one.", 0), "192.0.2.1 0");
    assert_string_equal(got(&cache, "two.", 0), "192.0.2.2 0");
    assert_string_equal(got(&cache, "three.", 0), "nothing");
    cache_free(&cache);
}

static void types_are_kept_apart(void **state)
{
    struct question other = question_of("host.", "AAAA");
    struct answer answer;
    struct cache cache;
    uint32_t age;

    (void)state;
    set_up(&cache, 1 << 16);
    put(&cache, "host.", 1, 10, 0);
    assert_false(cache_get(&cache, &other, 0, &answer, &age));
    cache_free(&cache);
}

/* Octets of one answer such as these tests put. */
static size_t size_of_one(void)
{
    struct cache cache;
    size_t bytes;

    set_up(&cache, 1 << 16);
    put(&cache, "0.", 0, 10, 0);
    bytes = cache.bytes;
    cache_free(&cache);
    return bytes;
}

static void when_it_is_full_the_oldest_goes(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 3 * size_of_one());
    put(&cache, "1.", 1, 10, 0);
    put(&cache, "2.", 2, 10, 0);
    put(&cache, "3.", 3, 10, 0);
    put(&cache, "4.", 4, 10, 0);
    assert_string_equal(got(&cache, "1.", 0), "nothing");
    assert_string_equal(got(&cache, "2.", 0), "192.0.2.2 0");
    assert_string_equal(got(&cache, "3.", 0), "192.0.2.3 0");
    assert_string_equal(got(&cache, "4.", 0), "192.0.2.4 0");
    cache_free(&cache);
}

static void an_answer_put_anew_is_young_again(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, 2 * size_of_one());
    put(&cache, "1.", 1, 10, 0);
    put(&cache, "2.", 2, 10, 0);
    put(&cache, "1.", 1, 10, 1000);
    put(&cache, "3.", 3, 10, 1000);
    assert_string_equal(got(&cache, "1.", 1000), "192.0.2.1 0");
    assert_string_equal(got(&cache, "2.", 1000), "nothing");
    cache_free(&cache);
}

static void it_never_holds_more_octets_than_allowed(void **state)
{
    size_t most = 10 * size_of_one() + 1;
    struct cache cache;
    char name[32];

    (void)state;
    set_up(&cache, most);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "name%d.", i);
        put(&cache, name, 1, 10, i);
        assert_true(cache.bytes <= most);
    }
    assert_int_equal(cache.bytes, 10 * size_of_one());
    cache_free(&cache);
}

static void an_answer_larger_than_the_cache_is_not_kept(void **state)
{
    struct cache cache;

    (void)state;
    set_up(&cache, size_of_one() - 1);
    put(&cache, "1.", 1, 10, 0);
    assert_string_equal(got(&cache, "1.", 0), "nothing");
    assert_int_equal(cache.bytes, 0);
    cache_free(&cache);
}

static void an_answer_larger_than_the_cache_takes_the_older_one_away(void **state)
{
    const uint8_t address[] = {192, 0, 2, 1};
    struct question question = question_of("1.", "A");
    uint8_t records[64];
    struct answer answer;
    struct cache cache;

    (void)state;
    set_up(&cache, size_of_one());
    put(&cache, "1.", 1, 10, 0);
    answer_init(&answer, &question, records, sizeof records);
    for (int i = 0; i < 2; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 10));
    cache_put(&cache, &question, &answer, 0, 86400);
    assert_string_equal(got(&cache, "1.", 0), "nothing");
    cache_free(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_cache_has_nothing),
        cmocka_unit_test(a_fresh_answer_is_found),
        cmocka_unit_test(an_answer_stays_no_longer_than_it_may),
        cmocka_unit_test(an_answer_is_found_as_often_as_it_is_asked_for),
        cmocka_unit_test(its_age_is_whole_seconds),
        cmocka_unit_test(an_answer_lasts_for_its_ttl),
        cmocka_unit_test(an_expired_answer_gives_its_room_back),
        cmocka_unit_test(the_lowest_ttl_of_its_records_counts),
        cmocka_unit_test(a_negative_answer_lasts_for_the_ttl_of_its_soa),
        cmocka_unit_test(an_answer_with_a_ttl_of_zero_is_not_kept),
        cmocka_unit_test(an_answer_without_records_is_not_kept),
        cmocka_unit_test(a_newer_answer_takes_the_place_of_an_older_one),
        cmocka_unit_test(a_newer_answer_with_a_ttl_of_zero_takes_the_older_one_away),
        cmocka_unit_test(names_are_kept_apart),
        cmocka_unit_test(types_are_kept_apart),
        cmocka_unit_test(when_it_is_full_the_oldest_goes),
        cmocka_unit_test(an_answer_put_anew_is_young_again),
        cmocka_unit_test(it_never_holds_more_octets_than_allowed),
        cmocka_unit_test(an_answer_larger_than_the_cache_is_not_kept),
        cmocka_unit_test(an_answer_larger_than_the_cache_takes_the_older_one_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
