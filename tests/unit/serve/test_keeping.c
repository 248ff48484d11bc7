#include "../reply_text.h"

#include "serve/keeping.h"

#include "base/clock.h"

static uint8_t records[512];
static const uint8_t address[4] = {192, 0, 2, 1};

static struct keeping keeping;

static void set_up_with(size_t bytes)
{
    const struct cache_config config = {.bytes = bytes, .max_ttl = 86400};

    assert_int_equal(keeping_init(&keeping, &config), 0);
}

static void with_cache(void)
{
    set_up_with(1 << 20);
}

static void without_cache(void)
{
    set_up_with(0);
}

static void tear_down(void)
{
    keeping_free(&keeping);
}

FIXTURE(cache, with_cache, tear_down);
FIXTURE(no_cache, without_cache, tear_down);

static struct answer good(const struct question *question)
{
    struct answer answer;

    answer_init(&answer, question, records, sizeof records);
    answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 60);
    return answer;
}

static struct answer failed(const struct question *question, enum ede ede)
{
    struct answer answer;

    answer_init(&answer, question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "gone");
    return answer;
}

/* Seconds for which an answer with a TTL of 60 is kept, 30 and more being one. */
static int stays(uint32_t moment)
{
    struct question question = question_of("a.example", "A");
    struct answer answer = good(&question);
    struct cached cached;
    int64_t before, now;

    do {
        before = clock_ms();
        keeping_put(&keeping, &question, &answer, moment);
        now = clock_ms();
    } while (now - before > 400); /* on a busy machine; below, 500 is in the middle */
    for (int seconds = 0; seconds < 30; seconds++)
        if (!cache_get(&keeping.cache, &question, now + seconds * 1000 + 500, &cached))
            return seconds;
    return 30;
}

TEST_WITH(cache, with_a_cache_an_answer_stays_for_its_ttl)
{
    assert_true(keeping.is_for_long);
    assert_int_equal(stays(2), 30);
}

TEST_WITH(no_cache, without_one_for_a_moment)
{
    assert_false(keeping.is_for_long);
    assert_int_equal(stays(2), 2);
}

TEST_WITH(cache, a_failure_stays_for_a_second_beside_what_was_known)
{
    struct question question = question_of("a.example", "A");
    struct answer answer = good(&question), failure = failed(&question, EDE_NETWORK_ERROR);
    struct cached cached;
    int64_t before = clock_ms();

    keeping_put(&keeping, &question, &answer, 0);
    assert_false(keeping_get_failure(&keeping, &question, before, &cached));
    keeping_put(&keeping, &question, &failure, 0);
    assert_true(keeping_get_failure(&keeping, &question, before, &cached));
    assert_string_equal(cached.answer.ede_text, "gone");
    assert_false(keeping_get_failure(&keeping, &question, clock_ms() + 1000, &cached));
    assert_true(cache_get(&keeping.cache, &question, before, &cached));
    assert_int_equal(cached.answer.rcode, RCODE_NOERROR);
}

TEST_WITH(cache, that_we_cannot_now_is_not_kept)
{
    struct question question = question_of("a.example", "A");
    struct answer failure = failed(&question, EDE_NOT_READY);
    struct cached cached;

    keeping_put(&keeping, &question, &failure, 5);
    assert_false(keeping_get_failure(&keeping, &question, clock_ms(), &cached));
}
