/* The test plays the server that the commands act on; answers come over a socket. */
#include "../folder.h"
#include "../turn.h"

#include "base/counters.h"
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/control_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

static char path[64];
static char done[256]; /* what was done to the server */

static void describe(void *context, struct report *report)
{
    assert_ptr_equal(context, done);
    *report = (struct report){.pid = 4711, .cache_bytes = 77};
}

static struct survey_result result;
static bool is_short_of_memory;

static bool survey(void *context, enum control_message message, const void *data,
                   size_t len, survey_end *end, void *end_context)
{
    assert_ptr_equal(context, done);
    snprintf(done, sizeof done, "message %d with %zu octets, %.*s", (int)message, len,
             len > 1 ? (int)len - 1 : 0, len > 0 ? (const char *)data + 1 : "");
    if (!is_short_of_memory)
        end(end_context, &result);
    return !is_short_of_memory;
}

static void set_level(void *context, int level)
{
    snprintf(context, sizeof done, "level %d", level);
}

static void reload(void *context, int client)
{
    snprintf(context, sizeof done, "reload");
    control_refuse(client, "not now");
}

static void stop_server(void *context)
{
    snprintf(context, sizeof done, "stop");
}

static struct commands_host host = {.context = done,
                                    .describe = describe,
                                    .survey = survey,
                                    .set_level = set_level,
                                    .reload = reload,
                                    .stop = stop_server};

static const char *converse(const char *line)
{
    static char text[65536];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct loop *loop = loop_new();
    int listener = control_socket_listen(path, false), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct control *control = control_new(loop, listener, &commands, &host);
    size_t len = 0;
    ssize_t got;

    *done = '\0';
    strcpy(address.sun_path, path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, line, strlen(line)), strlen(line));
    for (int i = 0; i < 3; i++) /* accept, read, answer */
        turn(loop);
    while ((got = read(fd, text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(fd);
    control_free(control);
    loop_free(loop);
    close(listener);
    unlink(path);
    return text;
}

TEST(status_is_what_the_supervisor_and_the_counters_know)
{
    const char *text = converse("status\n");

    assert_non_null(strstr(text, ", pid 4711, for 0.000 s, generation 0\n"));
    assert_non_null(strstr(text, "of at most 77 octets"));
    assert_non_null(strstr(converse("status json\n"), "\"pid\": 4711,\n"));
}

TEST(stats_come_as_lines_or_as_json)
{
    assert_int_equal(strncmp(converse("stats\n"), "ok\nquestions-udp ", 17), 0);
    assert_int_equal(strncmp(converse("stats json\n"), "ok\n{\n  \"questions-udp\": 0", 24),
                     0);
    assert_string_equal(converse("stats csv\n"), "error usage: stats [json]\n");
}

TEST(metrics_are_all_there)
{
    const char *text = converse("metrics\n");

    assert_int_equal(strncmp(text, "ok\n# HELP hostdns_build_info ", 29), 0);
    assert_non_null(strstr(text, "\nhostdns_log_lines_lost_total 0\n"));
    assert_string_equal(converse("metrics json\n"), "error usage: metrics\n");
}

TEST(top_is_json_with_what_the_workers_have_shown)
{
    char expected[64];
    const char *text;

    result = (struct survey_result){.sum = 3, .missing = 1};
    text = converse("top\n");
    snprintf(expected, sizeof expected, "message %d with 0 octets, ", CONTROL_SHOW_HUNG);
    assert_string_equal(done, expected);
    assert_int_equal(strncmp(text, "ok\n{\n  \"clock\": ", 16), 0);
    assert_non_null(strstr(text, "\"hung-lookups\": 3,\n  \"silent-workers\": 1,\n"));
    is_short_of_memory = true;
    assert_string_equal(converse("top json\n"), "error no memory for the question\n");
    is_short_of_memory = false;
}

TEST(flush_is_of_all_or_of_a_folded_name)
{
    char expected[64];

    result = (struct survey_result){0};
    assert_string_equal(converse("flush\n"), "ok\nforgot 0 answers\n");
    snprintf(expected, sizeof expected, "message %d with 0 octets, ", CONTROL_FLUSH);
    assert_string_equal(done, expected);
    assert_string_equal(converse("flush HOST\n"), "ok\nforgot 0 answers of host\n");
    snprintf(expected, sizeof expected, "message %d with 6 octets, host", CONTROL_FLUSH);
    assert_string_equal(done, expected);
    assert_string_equal(converse("flush a..b\n"), "error a domain name is needed\n");
    assert_string_equal(done, "");
}

TEST(flush_says_what_was_forgotten_and_how_many_did_not_tell)
{
    result = (struct survey_result){.sum = 1};
    assert_string_equal(converse("flush .\n"), "ok\nforgot 1 answer of .\n");
    result = (struct survey_result){.sum = 4000000000, .missing = 1};
    assert_string_equal(converse("flush\n"),
                        "ok\nforgot 4000000000 answers; 1 worker has not answered\n");
    result.missing = 2;
    assert_string_equal(
        converse("flush a\\.\x1b\\010b.test\n"),
        "ok\nforgot 4000000000 answers of a\\.\\027\\010b.test; 2 workers have not "
        "answered\n");
}

TEST(flush_without_memory_is_refused)
{
    is_short_of_memory = true;
    assert_string_equal(converse("flush\n"), "error no memory for the question\n");
    is_short_of_memory = false;
}

TEST(log_levels_have_names)
{
    assert_string_equal(converse("log error\n"), "ok\n");
    assert_int_equal(atoi(done + 6), LOG_LEVEL_ERROR);
    assert_string_equal(converse("log debug\n"), "ok\n");
    assert_int_equal(atoi(done + 6), LOG_LEVEL_DEBUG);
    assert_string_equal(converse("log 3\n"), "error usage: log error|warning|info|debug\n");
    assert_string_equal(done, "");
}

TEST(reload_answers_for_itself)
{
    assert_string_equal(converse("reload\n"), "error not now\n");
    assert_string_equal(done, "reload");
}

TEST(help_is_the_table)
{
    char *expected = NULL;
    size_t len;
    FILE *out = open_memstream(&expected, &len);

    assert_non_null(out);
    fputs("ok\n", out);
    command_print_help(command_table, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(converse("help\n"), expected);
    free(expected);
}

TEST(stop_is_answered_before_the_end)
{
    assert_string_equal(converse("stop\n"), "ok\n");
    assert_string_equal(done, "stop");
}

static void set_up(void)
{
    folder_make();
    folder_path(path, "control");
    assert_int_not_equal(counters_open(-1), -1);
}

GROUP(set_up, folder_remove);
