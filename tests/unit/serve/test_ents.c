#include "../reply_text.h"

#include "serve/ents.h"

enum { MOST = 4096 };

static struct ents ents;

static void start(void)
{
    assert_int_equal(ents_init(&ents, MOST), 0);
}

static void stop(void)
{
    ents_free(&ents);
}

FIXTURE(ents, start, stop);

static struct question folded(const char *name)
{
    struct question question = question_of(name, "A"), out;

    question_fold(&out, &question);
    return out;
}

/* The name has data. */
static void found(const char *name, int64_t now)
{
    struct question question = folded(name);

    assert_true(ents_add(&ents, question_name(&question), now));
}

/* What becomes of "no such name". */
static const char *missing(const char *name, int64_t now)
{
    struct question question = folded(name);
    struct answer answer = {.rcode = RCODE_NXDOMAIN};

    ents_correct(&ents, &question, &answer, now);
    return rcode_text(answer.rcode);
}

TEST_WITH(ents, the_names_above_a_name_exist)
{
    found("a.b.c.test.", 0);
    assert_string_equal(missing("b.c.test.", 1), "NOERROR");
    assert_string_equal(missing("C.Test.", 1), "NOERROR");
    assert_string_equal(missing("test.", 1), "NOERROR");
}

TEST_WITH(ents, others_do_not)
{
    found("a.b.test.", 0);
    found(".", 0);
    assert_string_equal(missing("c.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("x.b.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("a.b.test.", 1), "NXDOMAIN");
    assert_string_equal(missing("bb.test.", 1), "NXDOMAIN");
    assert_string_equal(missing(".", 1), "NXDOMAIN");
}

TEST_WITH(ents, a_failure_stays_one)
{
    struct question question = folded("b.test.");
    struct answer answer = {.rcode = RCODE_SERVFAIL};

    found("a.b.test.", 0);
    ents_correct(&ents, &question, &answer, 1);
    assert_int_equal(answer.rcode, RCODE_SERVFAIL);
}

TEST_WITH(ents, they_are_forgotten_after_an_hour_unless_seen_again)
{
    found("a.b.test.", 0);
    found("a.c.test.", 0);
    found("a.c.test.", 1000);
    assert_string_equal(missing("b.test.", 3600 * 1000), "NOERROR");
    assert_string_equal(missing("b.test.", 3600 * 1000 + 1), "NXDOMAIN");
    assert_string_equal(missing("c.test.", 3600 * 1000 + 1), "NOERROR");
}

TEST_WITH(ents, beyond_the_bound_the_oldest_are_forgotten)
{
    char name[32];

    found("a.first.", 0);
    for (int i = 0; i < MOST; i++) {
        snprintf(name, sizeof name, "a.p%d.", i);
        found(name, 1);
    }
    assert_int_equal(ents.names.count, MOST);
    assert_string_equal(missing("first.", 2), "NXDOMAIN");
    assert_string_equal(missing("p0.", 2), "NOERROR");
}
