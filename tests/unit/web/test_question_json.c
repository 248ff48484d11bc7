/* Recent questions as JSON. */
#include "../written.h"
#include "records.h"

#include "dns/answer.h"
#include "web/question_json.h"

#include <jansson.h>

static struct question_row row;

static void set_up(void)
{
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd);
    records_begin();
}

FIXTURE(json, set_up, NULL);

static const char *line(void)
{
    FILE *out = written_begin();

    question_row_set(&row, &record);
    assert_true(question_json_put(out, &row));
    return written_end(out);
}

TEST_WITH(json, a_question_in_a_line)
{
    records_add_step(
        (struct way_step){.kind = WAY_SERVE, .code = WAY_FROM_CACHE, .took = 450});
    records_add_step((struct way_step){.kind = WAY_SOURCE, .code = ANSWER_FROM_FILES});
    record.ede = 3;
    assert_string_equal(line(), "{\"id\":\"4711\",\"time\":1700000000.123,"
                                "\"client\":\"192.0.2.1\",\"transport\":\"udp\","
                                "\"name\":\"wWw.example.\",\"type\":\"AAAA\","
                                "\"source\":\"hosts file\",\"rcode\":\"NXDOMAIN\","
                                "\"error\":\"Stale Answer\",\"ms\":0.45,\"cached\":true}");
}

TEST_WITH(json, what_is_not_there_is_null)
{
    assert_string_equal(line(), "{\"id\":\"4711\",\"time\":1700000000.123,"
                                "\"client\":\"192.0.2.1\",\"transport\":\"udp\","
                                "\"name\":\"wWw.example.\",\"type\":\"AAAA\","
                                "\"source\":null,\"rcode\":\"NXDOMAIN\","
                                "\"error\":null,\"ms\":0.0,\"cached\":false}");
}

/* The text of one field, read back. */
static const char *member(const char *text, const char *key)
{
    static char value[2048];
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    snprintf(value, sizeof value, "%s", json_string_value(json_object_get(json, key)));
    json_decref(json);
    return value;
}

TEST_WITH(json, hostile_octets_are_escaped)
{
    const char *text;

    memcpy(record.question + 13, "\"\n<", 3);
    strcpy(record.reason, "</script>\"\\\t\377");
    record.ede = 0;
    text = line();
    for (const char *at = text; *at; at++)
        assert_in_range(*at, ' ', '~');
    assert_string_equal(member(text, "name"), "\"\\010<.example.");
    assert_string_equal(member(text, "error"), "Other Error: </script>\"\\\\009\\255");
}

static json_t *all(void)
{
    FILE *out = written_begin();
    json_t *json;

    assert_true(question_json_all(out));
    json = json_loads(written_end(out), 0, NULL);
    assert_true(json_is_array(json));
    return json;
}

TEST_WITH(json, all_are_listed_the_newest_first)
{
    json_t *json = all();

    assert_int_equal(json_array_size(json), 0);
    json_decref(json);
    for (int i = 0; i < 250; i++)
        recent_write(&record);
    json = all();
    assert_int_equal(json_array_size(json), 200);
    assert_string_equal(json_string_value(json_object_get(json_array_get(json, 0), "id")),
                        "250");
    assert_string_equal(json_string_value(json_object_get(json_array_get(json, 199), "id")),
                        "51");
    json_decref(json);
}

static json_t *whole(void)
{
    FILE *out = written_begin();
    json_t *json;

    assert_true(question_json_whole(out, &record));
    json = json_loads(written_end(out), 0, NULL);
    assert_non_null(json);
    return json;
}

static const char *compact(const json_t *json)
{
    static char text[4096];
    size_t len = json_dumpb(json, text, sizeof text - 1, JSON_COMPACT | JSON_ENCODE_ANY);

    text[len] = '\0';
    return text;
}

TEST_WITH(json, the_way_of_an_answer)
{
    struct way_step probe = {
        .kind = WAY_PROBE, .code = WAY_LEADS_TO_DNS, .at = 10, .took = 250};
    json_t *json;

    way_set_text(&probe, "files dns");
    records_add_step(
        (struct way_step){.kind = WAY_SERVE, .code = WAY_LOOKED_UP, .took = 1500});
    records_add_step((struct way_step){.kind = WAY_SOURCE, .code = ANSWER_FROM_DNS});
    records_add_step(probe);
    records_add_step((struct way_step){.kind = 99}); /* of a later version */
    records_add_step((struct way_step){.kind = WAY_LOOKUP, .took = 1250});
    json = whole();
    assert_string_equal(
        compact(json_object_get(json, "way")),
        "[{\"ms\":0.0,\"took\":1.5,\"step\":\"serve\",\"text\":"
        "\"not in the cache: a new lookup\"},"
        "{\"ms\":0.0,\"took\":null,\"step\":\"source\",\"text\":\"from: a DNS server\"},"
        "{\"ms\":0.01,\"took\":0.25,\"step\":\"probe\",\"text\":"
        "\"libc without DNS: files dns, DNS is next\"},"
        "{\"ms\":0.0,\"took\":1.25,\"step\":\"lookup\",\"text\":\"lookup\"}]");
    json_decref(json);
}

TEST_WITH(json, both_packets)
{
    json_t *json = whole(), *packets = json_object_get(json, "packets");

    assert_string_equal(json_string_value(json_object_get(json, "id")), "4711");
    assert_int_equal(json_array_size(packets), 2);
    assert_string_equal(compact(json_object_get(json_array_get(packets, 0), "what")),
                        "\"question\"");
    assert_string_equal(compact(json_object_get(json_array_get(packets, 1), "what")),
                        "\"reply\"");
    assert_string_equal(compact(json_object_get(json_array_get(packets, 1), "hex")),
                        "\"12348183000100000000000003775777076578616d706c6500001c0001\"");
    json_decref(json);
}
