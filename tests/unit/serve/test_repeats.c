#include "clients.h"

#include "serve/repeats.h"

static struct repeats repeats;
static uint64_t told, tellings;

static void tell(const struct repeat *repeat, uint64_t left_out)
{
    assert_true(repeat->question.name_len > 0);
    told += left_out;
    tellings++;
}

static void start(void)
{
    repeats = (struct repeats){0};
    told = tellings = 0;
}

FIXTURE(repeats, start, NULL);

static struct repeat line_of(const char *client, const char *name)
{
    struct repeat line = {0};
    struct question question = question_of(name, "A");

    assert_true(addr_parse(&line.client, client, 0));
    question_fold(&line.question, &question);
    return line;
}

/* How many of 100 lines at this time are written. */
static unsigned allowed(const struct repeat *line, int64_t now)
{
    unsigned count = 0;

    for (int i = 0; i < 100; i++)
        count += repeats_allow(&repeats, line, now, tell);
    return count;
}

TEST_WITH(repeats, ten_lines_are_written_and_the_others_told_at_the_end)
{
    struct repeat line = line_of("192.0.2.1:1", "a.test.");

    assert_int_equal(allowed(&line, 1000), 10);
    assert_int_equal(allowed(&line, 10999), 0);
    assert_true(repeats_end(&repeats, 999, tell));
    assert_int_equal(tellings, 0);
    assert_false(repeats_end(&repeats, 1000, tell));
    assert_int_equal(told, 190);
    assert_int_equal(tellings, 1);
    assert_false(repeats_end(&repeats, 1000, tell));
    assert_int_equal(tellings, 1);
}

TEST_WITH(repeats, a_new_period_tells_of_the_last_one)
{
    struct repeat line = line_of("192.0.2.1:1", "a.test.");

    assert_int_equal(allowed(&line, 1000), 10);
    assert_int_equal(allowed(&line, 11000), 10);
    assert_int_equal(told, 90);
    assert_int_equal(tellings, 1);
}

TEST_WITH(repeats, a_port_makes_no_difference_and_everything_else_does)
{
    struct repeat line = line_of("192.0.2.1:1", "a.test.");
    struct repeat same = line_of("192.0.2.1:2", "A.TEST.");
    struct repeat others[] = {line_of("192.0.2.2:1", "a.test."),
                              line_of("192.0.2.1:1", "b.test."), line, line};

    others[2].rcode = RCODE_SERVFAIL;
    others[3].over_tcp = true;
    assert_int_equal(allowed(&line, 1000), 10);
    assert_int_equal(allowed(&same, 1000), 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(allowed(&others[i], 1000), 10);
}

/* Nothing is lost where questions give way to others. */
TEST_WITH(repeats, each_line_is_written_or_told)
{
    uint64_t written = 0;
    char name[32];

    for (int round = 0; round < 20; round++)
        for (int i = 0; i < 2000; i++) {
            struct repeat line;

            snprintf(name, sizeof name, "n%d.test.", i);
            line = line_of("192.0.2.1:1", name);
            for (int j = 0; j < 12; j++)
                written += repeats_allow(&repeats, &line, 1000 + round, tell);
        }
    repeats_end(&repeats, INT64_MAX, tell);
    assert_int_equal(written + told, 20 * 2000 * 12);
    assert_true(told > 0);
}
