#include "../written.h"

#include "base/clock.h"
#include "web/figures_json.h"

#include <jansson.h>

#include "base/counters.h"

static struct summary summary;
static struct figures figures;
static json_t *said;

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
    summary = (struct summary){.unix_ms = 1700000000999,
                               .uptime_ms = 61999,
                               .questions = 8,
                               .cached = 6,
                               .failed = 5,
                               .shown = 3,
                               .sources = {{"DNS", 5, 1}, {"other sources", 7, 0}},
                               .waiting = 3,
                               .hung = 2,
                               .restarts = 1,
                               .lost_lines = 4};
    for (size_t i = 0; i < SUMMARY_RCODES; i++)
        summary.rcodes[i] = (struct summary_rcode){"NOERROR", i};
    figures = (struct figures){.count = 0};
}

static void end(void)
{
    json_decref(said);
    said = NULL;
}

FIXTURE(json, begin, end);

/* A member of the object, in JSON. */
static const char *member(const char *key)
{
    static char text[4096];
    size_t len = json_dumpb(json_object_get(said, key), text, sizeof text - 1,
                            JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

    text[len] = '\0';
    return text;
}

static const char *tell(void)
{
    FILE *out = written_begin();
    const char *text;

    assert_true(figures_json(out, &summary, &figures));
    text = written_end(out);
    said = json_loads(text, 0, NULL);
    assert_non_null(said);
    return text;
}

TEST_WITH(json, figures_of_the_moment_are_numbers)
{
    tell();
    assert_string_equal(member("time"), "1700000000");
    assert_string_equal(member("uptime"), "61");
    assert_string_equal(member("waiting"), "3");
    assert_string_equal(member("hung"), "2");
    assert_string_equal(member("restarts"), "1");
    assert_string_equal(member("lost_log_lines"), "4");
    assert_string_equal(member("totals"), "{\"questions\":8,\"cached\":6,\"failed\":5,"
                                          "\"shown\":3,\"not_shown\":5}");
    assert_string_equal(member("version"), "\"" HOSTDNS_VERSION "\"");
    assert_string_equal(member("sources"),
                        "[{\"source\":\"DNS\",\"count\":5,\"failed\":1},"
                        "{\"source\":\"other sources\",\"count\":7,\"failed\":0}]");
    assert_int_equal(json_array_size(json_object_get(said, "rcodes")), SUMMARY_RCODES);
}

TEST_WITH(json, health_is_a_word_or_what_is_missing)
{
    tell();
    assert_string_equal(member("health"), "\"ok\"");
    json_decref(said);
    count_set(COUNT_STARTING_LOOKUP, 1);
    tell();
    assert_string_equal(member("health"), "\"The lookup process is being started.\"");
}

TEST_WITH(json, the_history_is_in_arrays_of_one_length)
{
    figures.count = figures.next = 2;
    figures.points[0] = (struct figures_point){10, 5, 0.5, 8};
    figures.points[1] = (struct figures_point){20.5, 0, -1, -1};
    tell();
    assert_string_equal(member("history"),
                        "{\"step\":1,\"rate\":[10.0,20.5],\"cached_rate\":[5.0,0.0],"
                        "\"median_ms\":[0.5,null],\"p99_ms\":[8.0,null]}");
}

TEST_WITH(json, names_stand_apart_from_their_types)
{
    summary.slowest_count = summary.failing_count = 1;
    strcpy(summary.slowest[0].name, "a\\032b.test. AAAA");
    summary.slowest[0].ms = 70;
    strcpy(summary.failing[0].name, "f.test. A");
    strcpy(summary.failing[0].reason, "all servers are silent");
    tell();
    assert_string_equal(member("slowest"),
                        "[{\"name\":\"a\\\\032b.test.\",\"type\":\"AAAA\",\"ms\":70}]");
    assert_string_equal(member("failing"), "[{\"name\":\"f.test.\",\"type\":\"A\",\"ms\":0,"
                                           "\"error\":\"all servers are silent\"}]");
}

TEST_WITH(json, name_servers_have_their_states)
{
    summary.server_count = 1;
    summary.servers[0] = (struct name_server_row){.address = "192.0.2.1:53",
                                                  .states = 1u << NAME_SERVER_ANSWERS |
                                                            1u << NAME_SERVER_SLOW,
                                                  .rtt_us = 1500,
                                                  .asked = 3,
                                                  .answered = 2,
                                                  .failed = 1};
    tell();
    assert_string_equal(member("name_servers"),
                        "[{\"address\":\"192.0.2.1:53\",\"states\":[\"answers\",\"slow\"],"
                        "\"rtt_ms\":1.5,\"asked\":3,\"answered\":2,\"failed\":1}]");
}

/* A script of a browser takes the text in, whatever the name. */
TEST_WITH(json, the_text_is_ascii)
{
    const char *text;

    summary.slowest_count = 1;
    strcpy(summary.slowest[0].name, "</script>\".test. A");
    text = tell();
    assert_non_null(strstr(text, "\"</script>\\\".test.\""));
    for (; *text; text++)
        assert_in_range(*text, ' ', '~');
}

TEST_WITH(json, the_newest_point_stands_alone)
{
    FILE *out = written_begin();

    figures.count = figures.next = 2;
    figures.points[0] = (struct figures_point){10, 5, 0.5, 8};
    figures.points[1] = (struct figures_point){20.5, 2, -1, 16};
    figures.shown = 7;
    figures.not_shown = 9;
    figures.at = clock_ms() - 1000000;
    assert_true(figures_json_newest(out, &figures));
    said = json_loads(written_end(out), 0, NULL);
    assert_string_equal(member("rate"), "20.5");
    assert_string_equal(member("cached_rate"), "2.0");
    assert_string_equal(member("median_ms"), "null");
    assert_string_equal(member("p99_ms"), "16.0");
    assert_string_equal(member("shown"), "7");
    assert_string_equal(member("not_shown"), "9");
    assert_in_range(clock_unix_ms() / 1000 -
                        (int64_t)json_real_value(json_object_get(said, "time")),
                    999, 1300);
}
