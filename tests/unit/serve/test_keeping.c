#include "../reply_text.h"

#include "serve/keeping.h"

#include "base/clock.h"

static uint8_t records[512];
static const uint8_t address[4] = {192, 0, 2, 1};

static struct keeping made(size_t bytes)
{
    const struct cache_config config = {.bytes = bytes, .max_ttl = 86400};
    struct keeping keeping;

    assert_int_equal(keeping_init(&keeping, &config), 0);
    return keeping;
}

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
static int stays(struct keeping *keeping, uint32_t moment)
{
    struct question question = question_of("a.example", "A");
    struct answer answer = good(&question);
    struct cached cached;
    int64_t now;

    keeping_put(keeping, &question, &answer, moment);
    now = clock_ms();
    for (int seconds = 0; seconds < 30; seconds++)
        if (!cache_get(&keeping->cache, &question, now + seconds * 1000 + 500, &cached))
            return seconds;
    return 30;
}

TEST(with_a_cache_an_answer_stays_for_its_ttl)
{
    struct keeping keeping = made(1 << 20);

    assert_true(keeping.is_for_long);
    assert_int_equal(stays(&keeping, 2), 30);
    keeping_free(&keeping);
}

TEST(without_one_for_a_moment)
{
    struct keeping keeping = made(0);

    assert_false(keeping.is_for_long);
    assert_int_equal(stays(&keeping, 2), 2);
    keeping_free(&keeping);
}

TEST(a_failure_stays_for_a_second_beside_what_was_known)
{
    struct keeping keeping = made(1 << 20);
    struct question question = question_of("a.example", "A");
    struct answer answer = good(&question), failure = failed(&question, EDE_NETWORK_ERROR);
    struct cached cached;
    int64_t now;

    keeping_put(&keeping, &question, &answer, 0);
    assert_false(keeping_get_failure(&keeping, &question, clock_ms(), &cached));
    keeping_put(&keeping, &question, &failure, 0);
    now = clock_ms();
    assert_true(keeping_get_failure(&keeping, &question, now, &cached));
    assert_string_equal(cached.answer.ede_text, "gone");
    assert_false(keeping_get_failure(&keeping, &question, now + 1000, &cached));
    assert_true(cache_get(&keeping.cache, &question, now, &cached));
    assert_int_equal(cached.answer.rcode, RCODE_NOERROR);
    keeping_free(&keeping);
}

TEST(that_we_cannot_now_is_not_kept)
{
    struct keeping keeping = made(1 << 20);
    struct question question = question_of("a.example", "A");
    struct answer failure = failed(&question, EDE_NOT_READY);
    struct cached cached;

    keeping_put(&keeping, &question, &failure, 5);
    assert_false(keeping_get_failure(&keeping, &question, clock_ms(), &cached));
    keeping_free(&keeping);
}
