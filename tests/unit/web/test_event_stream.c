/* What a reader of /events gets, and in which order. */
#include "../written.h"
#include "records.h"

#include "base/counters.h"
#include "web/event_stream.h"

static struct event_stream stream;
static struct figures figures;

static void set_up(void)
{
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd);
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
    records_begin();
    figures = (struct figures){.count = 0};
}

FIXTURE(events, set_up, NULL);

/* The next event, or "" if there is none. */
static const char *next(void)
{
    FILE *out = written_begin();
    bool is_event = event_stream_next(&stream, &figures, out);
    const char *text = written_end(out);

    return is_event ? text : "";
}

static void begin(const char *last)
{
    event_stream_begin(&stream, last);
    assert_true(event_stream_has_more(&stream, &figures));
    assert_string_equal(next(), "retry: 1000\n\n");
}

static void write_up_to(uint64_t last)
{
    while (recent_newest() < last)
        recent_write(&record);
}

/* The next event is the question of that number. */
static void expect(unsigned number)
{
    char head[80];
    const char *text = next();

    snprintf(head, sizeof head, "event: question\nid: %u\ndata: {\"id\":\"%u\",", number,
             number);
    assert_int_equal(strncmp(text, head, strlen(head)), 0);
    assert_string_equal(text + strlen(text) - 3, "}\n\n");
}

TEST_WITH(events, questions_come_as_they_are_written)
{
    write_up_to(3);
    begin(NULL);
    assert_false(event_stream_has_more(&stream, &figures));
    assert_string_equal(next(), "");
    write_up_to(5);
    assert_true(event_stream_has_more(&stream, &figures));
    expect(4);
    expect(5);
    assert_string_equal(next(), "");
}

TEST_WITH(events, a_reader_goes_on_behind_its_last_question)
{
    write_up_to(3);
    begin("1");
    expect(2);
    expect(3);
    begin("4711"); /* of an earlier ring */
    expect(1);
    begin("no number");
    assert_string_equal(next(), "");
}

TEST_WITH(events, a_slow_reader_misses_what_has_been_overwritten)
{
    write_up_to(1);
    begin("1");
    write_up_to(1000);
    expect(745); /* 1000 - 256 + 1 */
}

TEST_WITH(events, what_cannot_be_read_is_passed_over)
{
    begin(NULL);
    record.client_len = 99;
    write_up_to(1);
    assert_true(event_stream_has_more(&stream, &figures));
    assert_string_equal(next(), "");
    assert_false(event_stream_has_more(&stream, &figures));
}

TEST_WITH(events, figures_come_once_each_and_before_questions)
{
    const char *text;

    begin(NULL);
    write_up_to(1);
    figures.count = 1;
    figures.at = 1000;
    text = next();
    assert_memory_equal(text, "event: figures\ndata: {\"time\":", 29);
    assert_string_equal(text + strlen(text) - 3, "}\n\n");
    expect(1);
    assert_false(event_stream_has_more(&stream, &figures));
    figures.at = 2000;
    assert_true(event_stream_has_more(&stream, &figures));
    assert_memory_equal(next(), "event: figures\n", 15);
}

/* A line break would end an event. */
TEST_WITH(events, no_octet_of_a_question_breaks_its_event)
{
    const char *text;

    memcpy(record.question + 13, "\n\r\n", 3);
    strcpy(record.reason, "\n\nevent: question\n");
    record.ede = 0;
    begin(NULL);
    write_up_to(1);
    text = next();
    for (int i = 0; i < 3; i++) {
        text = strchr(text, '\n');
        assert_non_null(text++);
    }
    assert_string_equal(text, "\n");
}
