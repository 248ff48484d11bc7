#include "../check.h"

#include "serve/notable.h"

static struct worst_lookups worst;

static void clear(void)
{
    memset(&worst, 0, sizeof worst);
}

FIXTURE(notable, clear, NULL);

static struct question question_of(const char *name)
{
    struct question question = {.type = TYPE_A};

    question.name_len = (uint8_t)name_from_text(name, question.name);
    assert_int_not_equal(question.name_len, 0);
    return question;
}

/* A lookup at this time that took so long. */
static void look_up(const char *name, enum rcode rcode, int64_t now, int64_t ms)
{
    struct question question = question_of(name);
    struct answer answer;

    answer_init(&answer, &question, NULL, 0);
    if (rcode != RCODE_NOERROR)
        answer_fail(&answer, rcode, EDE_OTHER, "%s", rcode == RCODE_SERVFAIL ? "why" : "");
    notable_lookup(&worst, &question, &answer, now, ms);
}

/* The rows of a list, as "name ms" each, with the reason if there is one. */
static const char *shown(enum worst_list list)
{
    static char text[WORST_ROWS * 300];
    struct worst_row row;

    text[0] = '\0';
    for (unsigned i = 0; i < WORST_ROWS; i++)
        if (worst_read(&worst, list, i, &row))
            sprintf(text + strlen(text), "%s%s %d%s%s", *text ? ", " : "", row.name,
                    (int)row.ms, *row.reason ? " " : "", row.reason);
    return text;
}

TEST_WITH(notable, slow_lookups_are_shown_and_quick_ones_not)
{
    look_up("slow.test", RCODE_NOERROR, 1000, 2);
    look_up("none.test", RCODE_NXDOMAIN, 1000, 30);
    look_up("quick.test", RCODE_NOERROR, 1000, 1);
    assert_string_equal(shown(WORST_SLOW), "slow.test. A 2, none.test. A 30");
    assert_string_equal(shown(WORST_FAILED), "");
}

TEST_WITH(notable, a_slower_one_takes_the_place_of_the_least_slow)
{
    char name[16];

    for (int i = 0; i < WORST_ROWS; i++) {
        sprintf(name, "n%d.test", i);
        look_up(name, RCODE_NOERROR, 1000, 10 + i);
    }
    look_up("as-slow.test", RCODE_NOERROR, 1000, 10);
    assert_null(strstr(shown(WORST_SLOW), "as-slow"));
    look_up("slower.test", RCODE_NOERROR, 1000, 11);
    assert_non_null(strstr(shown(WORST_SLOW), "slower.test. A 11"));
    assert_null(strstr(shown(WORST_SLOW), "n0.test"));
}

TEST_WITH(notable, a_name_has_one_row_with_its_slowest_time)
{
    look_up("a.test", RCODE_NOERROR, 1000, 10);
    look_up("a.test", RCODE_NOERROR, 1001, 5);
    assert_string_equal(shown(WORST_SLOW), "a.test. A 10");
    look_up("a.test", RCODE_NOERROR, 1002, 15);
    assert_string_equal(shown(WORST_SLOW), "a.test. A 15");
}

TEST_WITH(notable, what_is_long_ago_gives_way_first)
{
    look_up("old.test", RCODE_NOERROR, 1000, 4000);
    for (int i = 1; i < WORST_ROWS; i++) {
        char name[16];

        sprintf(name, "n%d.test", i);
        look_up(name, RCODE_NOERROR, 600000, 3000);
    }
    look_up("new.test", RCODE_NOERROR, 601001, 2);
    assert_non_null(strstr(shown(WORST_SLOW), "new.test. A 2"));
    assert_null(strstr(shown(WORST_SLOW), "old.test"));
}

TEST_WITH(notable, failures_are_shown_with_their_reason)
{
    struct question question = question_of("late.test");

    look_up("bad.test", RCODE_SERVFAIL, 1000, 1);
    look_up("bare.test", RCODE_REFUSED, 1000, 1);
    notable_failure(&worst, &question, "no answer yet", 1000, 4400);
    assert_string_equal(shown(WORST_FAILED), "bad.test. A 1 why, bare.test. A 1 REFUSED, "
                                             "late.test. A 4400 no answer yet");
}

TEST_WITH(notable, the_last_failures_stay_each_name_once)
{
    char name[16];

    for (int i = 0; i < WORST_ROWS; i++) {
        sprintf(name, "n%d.test", i);
        look_up(name, RCODE_SERVFAIL, 1000 + i, 1);
    }
    look_up("n0.test", RCODE_SERVFAIL, 2000, 9);
    look_up("next.test", RCODE_SERVFAIL, 2001, 1);
    assert_non_null(strstr(shown(WORST_FAILED), "n0.test. A 9"));
    assert_non_null(strstr(shown(WORST_FAILED), "next.test. A 1"));
    assert_null(strstr(shown(WORST_FAILED), "n1.test"));
}

TEST_WITH(notable, odd_and_long_names_are_text)
{
    char name[250] = "\\000\\027\\\"a b.";
    struct question question;

    for (int i = 0; i < 3; i++)
        strcat(name, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.");
    question = question_of(name);
    notable_hung(&worst, 0, &question, 1000, 1234);
    assert_int_equal(strncmp(shown(WORST_HUNG), "\\000\\027\"a\\032b.xxx", 17), 0);
    assert_non_null(strstr(shown(WORST_HUNG), "xxx... 1234"));
}
