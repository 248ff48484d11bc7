#include "../reply_text.h"

#include "base/counters.h"
#include "serve/cache.h"

static struct cache *cache; /* of the case that runs */

static void open_cache(struct cache_config config)
{
    cache_free(cache);
    cache = cache_new(&config);
    assert_non_null(cache);
}

static void set_up(void)
{
    open_cache((struct cache_config){.bytes = 1 << 20, .max_ttl = 86400});
}

/* With stale answers (RFC 8767). */
static void set_up_stale(void)
{
    open_cache((struct cache_config){.bytes = 1 << 20, .max_ttl = 86400, .stale = 3600});
}

static void tear_down(void)
{
    cache_free(cache);
    cache = NULL;
}

FIXTURE(cache, set_up, tear_down);
FIXTURE(stale, set_up_stale, tear_down);

static size_t entries(void)
{
    return counters_own[COUNT_CACHE_ENTRIES];
}

/* Adds the address 192.0.2.LAST. */
static void add_address(struct answer *answer, uint8_t last, uint32_t ttl)
{
    const uint8_t address[] = {192, 0, 2, last};

    assert_true(answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
}

enum { MOMENT = 2 }; /* as long as an answer is kept without octets for a cache */

/* Puts "NAME A" with this last octet of its address. */
static void put(const char *name, uint8_t last, uint32_t ttl, int64_t now)
{
    struct question question = question_of(name, "A");
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    add_address(&answer, last, ttl);
    cache_put(cache, &question, &answer, now, MOMENT);
    memset(records, 0xee, sizeof records); /* a copy must have been made */
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
    cache_put(cache, &question, &answer, now, MOMENT);
}

/* "ADDRESS AGE", or "nothing". */
static const char *got(const char *name, int64_t now)
{
    static char text[64];
    struct question question = question_of(name, "A");
    struct cached cached;
    const struct answer *answer = &cached.answer;

    if (!cache_get(cache, &question, now, &cached))
        return "nothing";
    assert_true(answer->len >= 4);
    snprintf(text, sizeof text, "192.0.2.%u %u", answer->records[answer->len - 1],
             cached.age);
    return text;
}

static bool has(const struct question *question, int64_t now)
{
    struct cached cached;

    return cache_get(cache, question, now, &cached);
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
TEST_WITH(cache, without_octets_an_answer_is_kept_for_a_moment)
{
    open_cache((struct cache_config){.bytes = 0, .max_ttl = 86400});
    put("host.", 1, 3600, 1000);
    assert_string_equal(got("host.", 2999), "192.0.2.1 1");
    assert_string_equal(got("host.", 3000), "nothing");
    put("short.", 1, 1, 1000);
    assert_string_equal(got("short.", 2000), "nothing");
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
    answer_finish(&answer, &question, 5);
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_true(cache_get(cache, &question, 4999, &found));
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
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_false(has(&question, 0));
}

static void put_alias(struct answer *answer, uint8_t *records, size_t size)
{
    static const struct name target = NAME_OF("\5alias");
    struct question question = question_of("host.", "A");

    answer_init(answer, &question, records, size);
    assert_true(
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, target, 60, NULL));
    cache_put(cache, &question, answer, 0, MOMENT);
}

/* Whatever other records say. */
TEST_WITH(cache, a_denial_without_an_soa_is_not_kept)
{
    struct question asks_alias = question_of("host.", "CNAME");
    struct question question = question_of("host.", "A");
    uint8_t records[256];
    struct answer answer;

    put_alias(&answer, records, sizeof records);
    assert_false(has(&question, 0));
    cache_put(cache, &asks_alias, &answer, 0, MOMENT);
    assert_true(has(&asks_alias, 0));
    answer_add_soa(&answer, answer.count[SECTION_ANSWER], ANSWER_OWNER_QUESTION, 60);
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_true(has(&question, 0));
}

/* RFC 6672 section 3.1: a DNAME before the alias is about a name above the asked one. */
TEST_WITH(cache, a_denial_behind_a_dname_is_kept_no_longer_than_its_soa_says)
{
    struct question question = question_of("host.test.", "DNAME");
    struct name target = NAME_OF("\4host\1y");
    uint8_t records[256];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_record(&answer, SECTION_ANSWER, ANSWER_OWNER_QUESTION + 5,
                                  &(struct record){.type = 39,
                                                   .class = CLASS_IN,
                                                   .ttl = 60,
                                                   .data = (const uint8_t *)"\1y",
                                                   .data_len = 3}));
    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, target, 60, NULL));
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_false(has(&question, 0));
    answer_add_soa(&answer, answer.count[SECTION_ANSWER], ANSWER_OWNER_QUESTION, 5);
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_true(has(&question, 4999));
    assert_false(has(&question, 5000));
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
    assert_int_equal(cache_clear(cache), 1);
    assert_int_equal(cache_clear(cache), 0);
    assert_string_equal(got("host.", 5000), "nothing");
}

TEST_WITH(cache, an_answer_is_kept_no_shorter_than_the_least)
{
    open_cache((struct cache_config){.bytes = 1 << 20, .min_ttl = 30, .max_ttl = 86400});
    put("host.", 7, 10, 0);
    put("zero.", 8, 0, 0);
    assert_string_equal(got("host.", 29999), "192.0.2.7 29");
    assert_string_equal(got("zero.", 29999), "192.0.2.8 29");
    assert_string_equal(got("host.", 30000), "nothing");
}

TEST_WITH(cache, an_answer_is_kept_no_longer_than_the_most)
{
    open_cache((struct cache_config){.bytes = 1 << 20, .max_ttl = 5});
    put("host.", 7, 10, 0);
    assert_string_equal(got("host.", 4999), "192.0.2.7 4");
    assert_string_equal(got("host.", 5000), "nothing");
}

static bool is_due(int64_t now)
{
    struct question question = question_of("host.", "A");
    struct cached cached;

    assert_true(cache_get(cache, &question, now, &cached));
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
    struct cached cached;

    return cache_get_stale(cache, question, now, &cached);
}

TEST_WITH(stale, what_has_ended_is_stale_for_a_while)
{
    struct question question = question_of("host.", "A");

    assert_true(cache_has_stale(cache));
    put("host.", 7, 10, 0);
    assert_true(has_stale(&question, 10000));
    assert_true(has_stale(&question, 3609999));
    assert_false(has_stale(&question, 3610000));
}

TEST_WITH(cache, without_the_option_nothing_is_stale)
{
    struct question question = question_of("host.", "A");

    assert_false(cache_has_stale(cache));
    put("host.", 7, 10, 0);
    assert_false(has_stale(&question, 10000));
}

TEST_WITH(stale, a_denial_is_never_stale)
{
    struct question question = question_of("nosuch.example.", "A");
    uint8_t records[128];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer_finish(&answer, &question, 5);
    cache_put(cache, &question, &answer, 0, MOMENT); /* no data */
    assert_false(has_stale(&question, 6000));
    answer.rcode = RCODE_NXDOMAIN;
    cache_put(cache, &question, &answer, 0, MOMENT);
    assert_false(has_stale(&question, 6000));
}
/* Puts that there is no such name, with a TTL of 60 seconds. */
static void put_denial(const char *name, const char *type, int64_t now)
{
    struct question question = question_of(name, type);
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    answer_finish(&answer, &question, 60);
    cache_put(cache, &question, &answer, now, MOMENT);
}

static int rcode_of(const char *name, const char *type, int64_t now)
{
    struct question question = question_of(name, type);
    struct cached cached;
    struct cached_view view;
    bool is_kept = cache_get(cache, &question, now, &cached);

    assert_int_equal(cache_view(cache, &question, now, &view), is_kept);
    return is_kept ? cached.answer.rcode : -1;
}

TEST_WITH(cache, a_denial_ends_when_addresses_of_the_name_are_known)
{
    put_denial("a.test", "TXT", 1000);
    put_denial("b.test", "TXT", 1000);
    assert_int_equal(rcode_of("a.test", "TXT", 1001), RCODE_NXDOMAIN);
    put("a.test", 1, 2, 1002);
    assert_int_equal(rcode_of("a.test", "TXT", 1003), -1);
    assert_int_equal(rcode_of("b.test", "TXT", 1003), RCODE_NXDOMAIN);
}

TEST_WITH(cache, a_denial_ends_when_a_name_below_is_known)
{
    put_denial("a.test", "A", 1000);
    put_denial("a.test", "MX", 1000);
    put_denial("b.test", "A", 1000);
    put("x.y.a.test", 1, 2, 1002);
    assert_int_equal(rcode_of("a.test", "A", 1003), -1);
    assert_int_equal(rcode_of("a.test", "MX", 1003), -1);
    assert_int_equal(rcode_of("b.test", "A", 1003), RCODE_NXDOMAIN);
}

TEST_WITH(cache, a_denial_below_says_nothing)
{
    put_denial("a.test", "A", 1000);
    put_denial("x.a.test", "A", 1002);
    assert_int_equal(rcode_of("a.test", "A", 1003), RCODE_NXDOMAIN);
}

TEST_WITH(cache, a_later_denial_is_believed)
{
    put("a.test", 1, 300, 1000);
    put("x.a.test", 1, 300, 1000);
    put_denial("a.test", "TXT", 1001);
    assert_int_equal(rcode_of("a.test", "TXT", 1002), RCODE_NXDOMAIN);
}

/* The host, or DNS, has an address of the name, which is not kept. */
static void learn(const char *name, enum answer_source source, int64_t now)
{
    struct question question = question_of(name, "A");
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer.source = (uint8_t)source;
    add_address(&answer, 1, 60);
    cache_correct(cache, &question, &answer, now);
    assert_int_equal(answer.rcode, RCODE_NOERROR);
}

/* What becomes of "no such name". */
static int corrected(const char *name, int64_t now)
{
    struct question question = question_of(name, "A");
    struct answer answer = {.rcode = RCODE_NXDOMAIN};

    cache_correct(cache, &question, &answer, now);
    return answer.rcode;
}

TEST_WITH(cache, a_denial_ends_when_the_host_has_a_name_below)
{
    put_denial("a.test", "A", 1000);
    assert_int_equal(rcode_of("a.test", "A", 1001), RCODE_NXDOMAIN);
    learn("x.a.test", ANSWER_FROM_HOST, 1002);
    assert_int_equal(rcode_of("a.test", "A", 1003), -1);
    assert_int_equal(corrected("a.test", 1003), RCODE_NOERROR);
}

/* DNS tells of empty non-terminals itself. */
TEST_WITH(cache, a_name_of_dns_corrects_nothing)
{
    learn("x.a.test", ANSWER_FROM_DNS, 1000);
    assert_int_equal(corrected("a.test", 1001), RCODE_NXDOMAIN);
}

TEST_WITH(cache, a_local_name_without_data_of_the_type_corrects_nothing)
{
    struct question question = question_of("x.a.test", "A");
    struct answer answer = {.source = ANSWER_FROM_HOST};

    cache_correct(cache, &question, &answer, 1000);
    assert_int_equal(corrected("a.test", 1001), RCODE_NXDOMAIN);
}

TEST_WITH(cache, what_is_forgotten_corrects_nothing)
{
    learn("x.a.test", ANSWER_FROM_HOST, 1000);
    learn("x.b.test", ANSWER_FROM_HOST, 1000);
    cache_forget(cache, (struct name)NAME_OF("\1a\4test"));
    assert_int_equal(corrected("a.test", 1001), RCODE_NXDOMAIN);
    assert_int_equal(corrected("b.test", 1001), RCODE_NOERROR);
    cache_clear(cache);
    assert_int_equal(corrected("b.test", 1001), RCODE_NXDOMAIN);
}

TEST_WITH(cache, that_a_name_exists_is_known_by_its_addresses)
{
    struct question question = question_of("a.test", "MX");

    assert_int_equal(cache_name_rcode(cache, &question, 1000), -1);
    put_denial("a.test", "AAAA", 1000);
    assert_int_equal(cache_name_rcode(cache, &question, 1001), RCODE_NXDOMAIN);
    put("a.test", 1, 60, 1002);
    assert_int_equal(cache_name_rcode(cache, &question, 1003), RCODE_NOERROR);
}

/* Failures (RFC 9520). */

static struct question host(void)
{
    return question_of("host.", "A");
}

static void put_failure(enum ede ede, int64_t now)
{
    struct question question = host();
    struct answer answer;

    answer_init(&answer, &question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "gone");
    cache_put(cache, &question, &answer, now, MOMENT);
}

/* What is said of its failure, or NULL. */
static const char *failure(int64_t now)
{
    static struct cached cached;
    struct question question = host();

    return cache_get_failure(cache, &question, now, &cached) ? cached.answer.ede_text
                                                             : NULL;
}

static bool has_failed(int64_t now)
{
    struct question question = host();

    return cache_has_failed(cache, &question, now);
}

TEST_WITH(cache, a_failure_is_kept_for_a_second_beside_what_was_known)
{
    put("host.", 7, 60, 1000);
    assert_null(failure(1000));
    put_failure(EDE_NETWORK_ERROR, 1000);
    assert_string_equal(failure(1999), "gone");
    assert_null(failure(2000));
    assert_string_equal(got("host.", 2000), "192.0.2.7 1");
}

TEST_WITH(cache, a_failure_of_our_own_is_not_kept)
{
    put_failure(EDE_NOT_READY, 1000);
    assert_null(failure(1000));
}

/* RFC 8767 section 5: no more often than every 30 seconds. But if there is no stale answer,
 * the failure is told for no longer than a second. */
TEST_WITH(stale, for_half_a_minute_a_stale_answer_is_better_than_another_attempt)
{
    put("host.", 7, 60, 1000);
    put_failure(EDE_NETWORK_ERROR, 2000);
    assert_true(has_failed(31999));
    assert_false(has_failed(32000));
    assert_string_equal(failure(2999), "gone");
    assert_null(failure(3000));
}

TEST_WITH(cache, without_the_option_it_is_not)
{
    put("host.", 7, 60, 1000);
    put_failure(EDE_NETWORK_ERROR, 2000);
    assert_false(has_failed(3000));
}

TEST_WITH(stale, if_nothing_was_known_it_is_not)
{
    put_failure(EDE_NETWORK_ERROR, 2000);
    assert_false(has_failed(3000));
}

TEST_WITH(stale, an_answer_ends_that)
{
    put("host.", 7, 60, 1000);
    put_failure(EDE_NETWORK_ERROR, 2000);
    put("host.", 7, 60, 3000);
    assert_false(has_failed(3000));
}

/* An address family that has failed, which is told as no data (lookup/half). */
TEST_WITH(cache, half_an_answer_is_kept_as_long_as_a_failure)
{
    struct question question = host();
    struct cached cached;
    struct answer half;

    answer_init(&half, &question, NULL, 0);
    answer_explain(&half, EDE_NETWORK_ERROR, "gone");
    cache_put(cache, &question, &half, 1000, MOMENT);
    assert_false(has(&question, 1000));
    assert_true(cache_get_failure(cache, &question, 1999, &cached));
    assert_int_equal(cached.answer.rcode, RCODE_NOERROR);
    assert_null(failure(2000));
}
