#include "../check.h"

#include "base/counters.h"
#include "base/recent.h"
#include "web/routes.h"

static struct web_config config;
static struct figures figures;
static const struct site site = {&config, &figures};
static struct reply reply;

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

static void end(void)
{
    free(reply.body);
    reply.body = NULL;
}

FIXTURE(routes, begin, end);

static unsigned get(const char *path)
{
    end();
    assert_true(routes_answer(&site, path, &reply));
    assert_int_equal(strlen(reply.body), reply.len);
    return reply.status;
}

TEST_WITH(routes, each_path_has_its_type)
{
    assert_int_equal(get("/"), 200);
    assert_string_equal(reply.type, "text/html; charset=utf-8");
    assert_non_null(strstr(reply.body, "<h1>hostdns</h1>"));
    assert_int_equal(get("/metrics"), 200);
    assert_string_equal(reply.type, "text/plain; version=0.0.4; charset=utf-8");
    assert_non_null(strstr(reply.body, "\nhostdns_reloads_total 0\n"));
    assert_int_equal(get("/figures"), 200);
    assert_string_equal(reply.type, "application/json");
    assert_int_equal(*reply.body, '{');
}

TEST_WITH(routes, the_files_of_the_page_are_sent_as_they_are)
{
    assert_int_equal(get("/style.css"), 200);
    assert_string_equal(reply.type, "text/css; charset=utf-8");
    assert_int_equal(strncmp(reply.body, "/* Calm colours", 15), 0);
    assert_int_equal(get("/page.html"), 404);
}

TEST_WITH(routes, recent_questions_are_listed_and_shown)
{
    static const struct recent_record record;
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd);
    assert_int_equal(get("/questions"), 200);
    assert_string_equal(reply.type, "application/json");
    assert_string_equal(reply.body, "[]\n");
    assert_int_equal(get("/question/1"), 404);
    recent_write(&record);
    assert_int_equal(get("/questions"), 200);
    assert_int_equal(strncmp(reply.body, "[{\"id\":\"1\",", 10), 0);
    assert_int_equal(get("/question/1"), 200);
    assert_string_equal(reply.type, "application/json");
    assert_non_null(strstr(reply.body, "\"packets\":["));
    assert_int_equal(get("/question/2"), 404);
    assert_string_equal(reply.type, "text/plain; charset=utf-8");
    assert_int_equal(get("/question/"), 404);
    assert_int_equal(get("/question/1x"), 404);
}

TEST_WITH(routes, health_is_told_in_a_word_or_a_line)
{
    assert_int_equal(get("/healthz"), 200);
    assert_string_equal(reply.body, "ok\n");
    assert_string_equal(reply.type, "text/plain; charset=utf-8");
    count_set(COUNT_STARTING_LOOKUP, 1);
    assert_int_equal(get("/healthz"), 503);
    assert_string_equal(reply.body, "The lookup process is being started.\n");
}

TEST_WITH(routes, elsewhere_is_nothing)
{
    static const char *const paths[] = {"",
                                        "/x",
                                        "//",
                                        "/healthz/",
                                        "/../metrics",
                                        "*",
                                        "/METRICS",
                                        "http://localhost/metrics"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(get(paths[i]), 404);
        assert_string_equal(reply.body, "There is nothing here.\n");
    }
}

TEST_WITH(routes, a_refusal_has_its_text)
{
    const struct http_refusal refusal = {405, "No.\n", "GET"};

    assert_true(routes_refuse(&refusal, &reply));
    assert_int_equal(reply.status, 405);
    assert_string_equal(reply.allow, "GET");
    assert_string_equal(reply.body, "No.\n");
    assert_int_equal(reply.len, 4);
}
