/* What each command does to the server, which is the test; answers come over a socket. */
#include "../check.h"

#include "base/counters.h"
#include "base/log.h"
#include "daemon/commands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static char folder[] = "/tmp/hostdns-commands-XXXXXX";
static char path[64];
static char done[256]; /* what was done to the server */

static void describe(void *context, FILE *out)
{
    assert_ptr_equal(context, done);
    fputs("described\n", out);
}

static void tell(void *context, enum word word, const void *data, size_t len)
{
    assert_ptr_equal(context, done);
    snprintf(done, sizeof done, "word %d with %zu octets, %.*s", (int)word, len,
             len > 1 ? (int)len - 1 : 0, len > 0 ? (const char *)data + 1 : "");
}

static void set_level(void *context, int level)
{
    snprintf(context, sizeof done, "level %d", level);
}

static void reload(void *context, int asker)
{
    snprintf(context, sizeof done, "reload");
    control_refuse_on(asker, "not now");
}

static void stop_server(void *context)
{
    snprintf(context, sizeof done, "stop");
}

static struct commands_host host = {.context = done,
                                    .cache_bytes = 77,
                                    .describe = describe,
                                    .tell = tell,
                                    .set_level = set_level,
                                    .reload = reload,
                                    .stop = stop_server};

static void stop(void *context)
{
    loop_stop(context);
}

static const char *converse(const char *line)
{
    static char text[16384];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct loop *loop = loop_new();
    int listener = control_listen(path, false), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct control *control = control_new(loop, listener, &commands, &host);
    size_t len = 0;
    ssize_t got;

    *done = '\0';
    strcpy(address.sun_path, path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, line, strlen(line)), strlen(line));
    for (int i = 0; i < 3; i++) {
        struct timer end;

        timer_init(&end, stop, loop);
        timer_set(loop, &end, clock_ms());
        assert_int_equal(loop_run(loop), 0);
        timer_cancel(&end);
    }
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

    assert_int_equal(strncmp(text, "ok\ndescribed\nlookups: ", 22), 0);
    assert_non_null(strstr(text, "of at most 77 octets"));
}

TEST(stats_come_as_lines_or_as_json)
{
    assert_int_equal(strncmp(converse("stats\n"), "ok\nquestions-udp ", 17), 0);
    assert_int_equal(strncmp(converse("stats json\n"), "ok\n{\n  \"questions-udp\": 0", 24),
                     0);
    assert_string_equal(converse("stats csv\n"), "error usage: stats [json]\n");
}

TEST(flush_is_of_all_or_of_a_folded_name)
{
    char expected[64];

    assert_string_equal(converse("flush\n"), "ok\n");
    snprintf(expected, sizeof expected, "word %d with 0 octets, ", WORD_HOST_CHANGED);
    assert_string_equal(done, expected);
    assert_string_equal(converse("flush HOST\n"), "ok\n");
    snprintf(expected, sizeof expected, "word %d with 6 octets, host", WORD_FORGET);
    assert_string_equal(done, expected);
    assert_string_equal(converse("flush a..b\n"), "error a domain name is needed\n");
    assert_string_equal(done, "");
}

TEST(log_levels_have_names)
{
    assert_string_equal(converse("log error\n"), "ok\n");
    assert_int_equal(atoi(done + 6), LOG_LEVEL_ERROR);
    assert_string_equal(converse("log debug\n"), "ok\n");
    assert_int_equal(atoi(done + 6), LOG_LEVEL_DEBUG);
    assert_string_equal(converse("log 3\n"),
                        "error usage: log error|warning|info|debug\n");
    assert_string_equal(done, "");
}

TEST(reload_answers_for_itself)
{
    assert_string_equal(converse("reload\n"), "error not now\n");
    assert_string_equal(done, "reload");
}

TEST(stop_is_answered_before_the_end)
{
    assert_string_equal(converse("stop\n"), "ok\n");
    assert_string_equal(done, "stop");
}

static void make_folder(void)
{
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control", folder);
    assert_int_not_equal(counters_open(-1), -1);
}

static void remove_folder(void)
{
    rmdir(folder);
}

GROUP(make_folder, remove_folder);
