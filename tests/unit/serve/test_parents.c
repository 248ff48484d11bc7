#include "../reply_text.h"

#include "serve/parents.h"

static struct parents parents;

static void start(void)
{
    assert_int_equal(parents_init(&parents), 0);
}

static void stop(void)
{
    parents_free(&parents);
}

FIXTURE(parents, start, stop);

static struct question folded(const char *name)
{
    struct question question = question_of(name, "A"), out;

    question_fold(&out, &question);
    return out;
}

/* The name has an address in a source of this kind. */
static void found(const char *name, enum answer_source source, int64_t now)
{
    struct question question = folded(name);
    struct answer answer = {.source = (uint8_t)source, .count = {1}};

    parents_see(&parents, &question, &answer, now);
    assert_int_equal(answer.rcode, RCODE_NOERROR);
}

/* What becomes of "no such name". */
static const char *missing(const char *name, int64_t now)
{
    struct question question = folded(name);
    struct answer answer = {.rcode = RCODE_NXDOMAIN};

    parents_see(&parents, &question, &answer, now);
    return rcode_text(answer.rcode);
}

TEST_WITH(parents, parents_of_a_local_name_exist)
{
    found("a.b.c.test.", ANSWER_FROM_HOST, 0);
    assert_string_equal(missing("b.c.test.", 1), "NOERROR");
    assert_string_equal(missing("C.Test.", 1), "NOERROR");
    assert_string_equal(missing("test.", 1), "NOERROR");
}

TEST_WITH(parents, others_do_not)
{
    found("a.b.test.", ANSWER_FROM_HOST, 0);
    assert_string_equal(missing("c.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("x.b.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("a.b.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("bb.test.", 1), "NXDOMAIN");
    assert_string_equal(missing(".", 1), "NXDOMAIN");
}

TEST_WITH(parents, dns_tells_of_parents_itself)
{
    found("a.b.test.", ANSWER_FROM_DNS, 0);
    assert_string_equal(missing("b.test.", 1), "NXDOMAIN");
}

TEST_WITH(parents, a_local_name_without_data_of_the_type_tells_nothing)
{
    struct question question = folded("a.b.test.");
    struct answer answer = {.source = ANSWER_FROM_HOST};

    parents_see(&parents, &question, &answer, 0);
    assert_string_equal(missing("b.test.", 1), "NXDOMAIN");
}

TEST_WITH(parents, a_failure_stays_one)
{
    struct question question = folded("b.test.");
    struct answer answer = {.rcode = RCODE_SERVFAIL};

    found("a.b.test.", ANSWER_FROM_HOST, 0);
    parents_see(&parents, &question, &answer, 1);
    assert_int_equal(answer.rcode, RCODE_SERVFAIL);
}

TEST_WITH(parents, they_are_forgotten_after_an_hour_unless_seen_again)
{
    found("a.b.test.", ANSWER_FROM_HOST, 0);
    found("a.c.test.", ANSWER_FROM_HOST, 0);
    found("a.c.test.", ANSWER_FROM_HOST, 1000);
    assert_string_equal(missing("b.test.", 3600 * 1000), "NOERROR");
    assert_string_equal(missing("b.test.", 3600 * 1000 + 1), "NXDOMAIN");
    assert_string_equal(missing("c.test.", 3600 * 1000 + 1), "NOERROR");
}

TEST_WITH(parents, beyond_the_bound_the_oldest_are_forgotten)
{
    char name[32];

    found("a.first.", ANSWER_FROM_HOST, 0);
    for (int i = 0; i < PARENTS_MAX; i++) {
        snprintf(name, sizeof name, "a.p%d.", i);
        found(name, ANSWER_FROM_HOST, 1);
    }
    assert_int_equal(parents.names.count, PARENTS_MAX);
    assert_string_equal(missing("first.", 2), "NXDOMAIN");
    assert_string_equal(missing("p0.", 2), "NOERROR");
}
