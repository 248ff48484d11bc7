/* Children are ends of channels without a process behind them: the test answers. */
#include "../check.h"

#include "daemon/survey.h"

#include "base/bytes.h"
#include "base/clock.h"

static struct loop *loop;
static struct surveys surveys;
static struct child children[3];
static struct list all;
static int others[3]; /* the children's ends */
static struct survey_result result;
static int ended;

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    surveys_init(&surveys, loop);
    list_init(&all);
    ended = 0;
    for (int i = 0; i < 3; i++) {
        struct channel channel;

        assert_int_equal(channel_open(&channel), 0);
        children[i] = (struct child){.role = ROLE_SERVE, .control = channel.left};
        list_append(&all, &children[i].link);
        others[i] = channel.right;
    }
}

static void tear_down(void)
{
    surveys_free(&surveys);
    for (int i = 0; i < 3; i++) {
        channel_close_end(&children[i].control);
        channel_close_end(&others[i]);
    }
    loop_free(loop);
}

FIXTURE(survey, set_up, tear_down);

static void end(void *context, const struct survey_result *got)
{
    assert_ptr_equal(context, &ended);
    result = *got;
    ended++;
    loop_stop(loop);
}

/* Asks them all. */
static void ask(const char *name)
{
    assert_true(
        surveys_ask(&surveys, &all, CONTROL_FLUSH, name, strlen(name), end, &ended));
}

/* The serial number that a child was sent, with the name. */
static uint32_t serial_for(int child, const char *name)
{
    uint8_t data[CONTROL_DATA_MAX];
    struct reader in;
    enum control_message message;
    uint32_t serial;
    size_t len;

    assert_int_equal(
        channel_receive_control(others[child], &message, data, &len, NULL, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(message, CONTROL_FLUSH);
    in = reader_of(data, len);
    assert_true(get_u32(&in, &serial));
    assert_int_equal(reader_left(&in), strlen(name));
    assert_memory_equal(data + in.pos, name, strlen(name));
    return serial;
}

static void say(uint32_t serial, uint64_t number)
{
    uint8_t data[12];
    struct writer out = writer_of(data, sizeof data);

    put_u32(&out, serial);
    put_u64(&out, number);
    surveys_add_count(&surveys, data, sizeof data);
}

TEST_WITH(survey, what_all_say_is_added_up)
{
    uint32_t serial;

    ask("name");
    serial = serial_for(0, "name");
    assert_int_equal(serial_for(1, "name"), serial);
    assert_int_equal(serial_for(2, "name"), serial);
    say(serial, 1);
    say(serial, 0);
    assert_int_equal(ended, 0);
    say(serial, UINT32_MAX);
    assert_int_equal(ended, 1);
    assert_int_equal(result.sum, UINT64_C(0x100000000));
    assert_int_equal(result.missing, 0);
}

TEST_WITH(survey, one_that_says_nothing_is_not_waited_for)
{
    uint32_t serial;
    int64_t begun = clock_ms();

    ask("");
    serial = serial_for(0, "");
    say(serial, 5);
    say(serial, 6);
    assert_int_equal(loop_run(loop), 0);
    assert_true(clock_ms() - begun >= 2000);
    assert_int_equal(result.sum, 11);
    assert_int_equal(result.missing, 1);
    say(serial, 7); /* too late */
    assert_int_equal(ended, 1);
}

TEST_WITH(survey, a_late_answer_counts_for_no_other)
{
    uint32_t first, second;

    ask("a");
    first = serial_for(0, "a");
    ask("b");
    second = serial_for(0, "b");
    say(first, 1);
    say(second, 10);
    say(second, 10);
    say(second, 10);
    assert_int_equal(ended, 1);
    assert_int_equal(result.sum, 30);
}

TEST_WITH(survey, only_those_that_serve_and_can_be_asked_are_waited_for)
{
    children[0].role = ROLE_LOOKUP;
    channel_close_end(&children[1].control);
    ask("");
    say(serial_for(2, ""), 4);
    assert_int_equal(ended, 1);
    assert_int_equal(result.sum, 4);
}

TEST_WITH(survey, without_anybody_to_ask_it_ends_at_once)
{
    for (int i = 0; i < 3; i++)
        channel_close_end(&children[i].control);
    ask("");
    assert_int_equal(ended, 1);
    assert_int_equal(result.sum, 0);
    assert_int_equal(result.missing, 0);
}

TEST_WITH(survey, what_is_no_answer_is_ignored)
{
    ask("");
    surveys_add_count(&surveys, (const uint8_t *)"abc", 3);
    surveys_add_count(&surveys, NULL, 0);
    assert_int_equal(ended, 0);
}

TEST_WITH(survey, the_end_of_all_ends_each)
{
    ask("");
    ask("");
    surveys_free(&surveys);
    assert_int_equal(ended, 2);
    assert_int_equal(result.missing, 3);
}
