#include "clients.h"

#include "base/log.h"
#include "serve/querylog.h"

#include <sys/stat.h>

static struct addr client;
static struct question question;
static struct answer answer;
static char line[QUERYLOG_LINE];

static void start(void)
{
    assert_true(addr_parse(&client, "[::1]:4242", 0));
    question = question_of("host.example.", "AAAA");
    answer_init(&answer, &question, NULL, 0);
}

FIXTURE(entry, start, NULL);

static struct querylog_entry entry(enum querylog_origin origin)
{
    return (struct querylog_entry){.client = &client,
                                   .question = &question,
                                   .answer = &answer,
                                   .origin = origin,
                                   .us = 12003,
                                   .at = 1795953600042};
}

TEST_WITH(entry, text_has_every_field)
{
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);

    assert_string_equal(querylog_text(&said, line),
                        "2026-11-29T12:00:00.042Z [::1]:4242 asks host.example. AAAA over "
                        "UDP: NOERROR, 0 records "
                        "from dns, 12.003 ms");
}

TEST_WITH(entry, durations_have_microseconds)
{
    static const struct {
        int64_t us;
        const char *text;
    } durations[] = {{0, "0.000"}, {7, "0.007"}, {999, "0.999"}, {4400120, "4400.120"}};
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);
    char wanted[32];

    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        said.us = durations[i].us;
        snprintf(wanted, sizeof wanted, ", %s ms", durations[i].text);
        assert_non_null(strstr(querylog_text(&said, line), wanted));
        snprintf(wanted, sizeof wanted, "\"ms\":%s,", durations[i].text);
        assert_non_null(strstr(querylog_json(&said, line), wanted));
    }
}

TEST_WITH(entry, json_has_every_field)
{
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);

    assert_string_equal(
        querylog_json(&said, line),
        "{\"time\":\"2026-11-29T12:00:00.042Z\",\"client\":\"[::1]:4242\",\"transport\":"
        "\"udp\",\"name\":\"host.example.\","
        "\"type\":\"AAAA\",\"rcode\":\"NOERROR\",\"records\":0,\"source\":\"dns\","
        "\"cached\":false,\"ms\":12.003,\"ede\":null,\"reason\":null}");
}

TEST_WITH(entry, what_was_kept_keeps_its_source)
{
    struct querylog_entry said = entry(QUERYLOG_CACHE);

    answer.source = ANSWER_FROM_HOST;
    said.over_tcp = true;
    assert_string_equal(querylog_text(&said, line),
                        "2026-11-29T12:00:00.042Z [::1]:4242 asks host.example. AAAA over "
                        "TCP: NOERROR, 0 records "
                        "from host, cached, 12.003 ms");
    assert_string_equal(
        querylog_json(&said, line),
        "{\"time\":\"2026-11-29T12:00:00.042Z\",\"client\":\"[::1]:4242\",\"transport\":"
        "\"tcp\",\"name\":\"host.example.\","
        "\"type\":\"AAAA\",\"rcode\":\"NOERROR\",\"records\":0,\"source\":\"host\","
        "\"cached\":true,\"ms\":12.003,\"ede\":null,\"reason\":null}");
}

TEST_WITH(entry, without_a_question_there_is_no_name)
{
    struct querylog_entry said = entry(QUERYLOG_ITSELF);

    said.question = NULL;
    answer.rcode = RCODE_FORMERR;
    assert_string_equal(querylog_text(&said, line),
                        "2026-11-29T12:00:00.042Z [::1]:4242 asks no question over UDP: "
                        "FORMERR, 0 records from "
                        "itself, 12.003 ms");
    assert_string_equal(
        querylog_json(&said, line),
        "{\"time\":\"2026-11-29T12:00:00.042Z\",\"client\":\"[::1]:4242\",\"transport\":"
        "\"udp\",\"name\":null,\"type\":null,"
        "\"rcode\":\"FORMERR\",\"records\":0,\"source\":\"itself\",\"cached\":false,"
        "\"ms\":12.003,\"ede\":null,\"reason\":null}");
}

TEST_WITH(entry, a_reason_may_have_any_octet)
{
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "%s", "a\"b\\c\nd\xc3\xa4");
    assert_string_equal(querylog_text(&said, line),
                        "2026-11-29T12:00:00.042Z [::1]:4242 asks host.example. AAAA over "
                        "UDP: SERVFAIL, 0 records "
                        "from dns, 12.003 ms, EDE 23: a\"b\\\\c\\010d\\195\\164");
    assert_non_null(querylog_json(&said, line));
    assert_non_null(
        strstr(line, "\"ede\":23,\"reason\":\"a\\\"b\\\\\\\\c\\\\010d\\\\195\\\\164\"}"));
}

/* The longest name there is, of one odd octet after another. */
static struct question long_name(uint8_t octet)
{
    struct question out = {.type = TYPE_A, .name_len = NAME_WIRE_MAX};

    for (size_t at = 0; at < NAME_WIRE_MAX - 1; at += 1u + out.name[at]) {
        size_t left = NAME_WIRE_MAX - 2 - at;

        out.name[at] = (uint8_t)(left < 63 ? left : 63);
        memset(out.name + at + 1, octet, out.name[at]);
    }
    out.name[NAME_WIRE_MAX - 1] = 0;
    return out;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* Outside strings there is nothing but what we write; a string ends where it should. */
static unsigned strings_in(const char *text)
{
    unsigned quotes = 0;

    for (; *text; text++) {
        if (*text == '\\')
            assert_non_null(strchr("\"\\", *++text));
        else
            quotes += *text == '"';
    }
    assert_int_equal(quotes % 2, 0);
    return quotes / 2;
}

enum { STRINGS = 12 + 7 + 1 }; /* keys, values, the reason */

TEST_WITH(entry, a_name_may_have_any_octet)
{
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);

    memset(answer.ede_text, 0xff, ANSWER_TEXT - 1);
    answer.ede = EDE_OTHER;
    for (unsigned octet = 0; octet < 256; octet++) {
        question = long_name((uint8_t)octet);
        assert_true(is_printable(querylog_text(&said, line)));
        assert_int_equal(line[strlen(line) - 1], '5'); /* of \255: nothing is cut */
        assert_true(is_printable(querylog_json(&said, line)));
        assert_int_equal(line[strlen(line) - 1], '}');
        assert_int_equal(strings_in(line), STRINGS);
    }
}

TEST_WITH(entry, text_has_no_time_if_the_journal_has_it)
{
    struct querylog_entry said = entry(QUERYLOG_LOOKUP);
    struct stat file;
    char stream[64];

    assert_int_equal(fstat(STDERR_FILENO, &file), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)file.st_dev,
             (uintmax_t)file.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_open("t", LOG_LEVEL_INFO);
    assert_string_equal(querylog_text(&said, line),
                        "[::1]:4242 asks host.example. AAAA over UDP: NOERROR, 0 records "
                        "from dns, 12.003 ms");
    assert_non_null(strstr(querylog_json(&said, line), "{\"time\":\"2026-"));
    unsetenv("JOURNAL_STREAM");
    log_open("t", LOG_LEVEL_INFO);
}

TEST_WITH(entry, only_what_is_wanted_is_logged)
{
    log_open("t", LOG_LEVEL_INFO);
    assert_false(querylog_wants(QUERYLOG_NONE));
    assert_true(querylog_wants(QUERYLOG_TEXT));
    assert_true(querylog_wants(QUERYLOG_JSON));
    log_open("t", LOG_LEVEL_DEBUG);
    assert_true(querylog_wants(QUERYLOG_NONE));
}
