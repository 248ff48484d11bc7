#include "clients.h"

#include "base/log.h"
#include "serve/respond.h"

#include <sys/mman.h>

/* A server's socket, a client's, and a query from the one to the other. */
static struct {
    int server, client;
    struct query query;
} scene;

static void ask_for(const char *name)
{
    scene.query.request.question = question_of(name, "A");
}

static void set_up(void)
{
    struct addr unused;

    scene.server = udp_socket(&unused);
    scene.query = (struct query){.fd = scene.server, .config = &plain_config};
    scene.client = udp_socket(&scene.query.path.peer);
    scene.query.request =
        (struct request){.id = 0x1234, .has_question = true, .class = CLASS_IN};
    ask_for("host.");
}

static void tear_down(void)
{
    close(scene.server);
    close(scene.client);
}

FIXTURE(scene, set_up, tear_down);

static uint8_t records[ANSWER_RECORDS_MAX];

/* An answer of so many addresses. */
static struct answer addresses(int count, uint32_t ttl)
{
    const uint8_t address[] = {192, 0, 2, 1};
    struct answer answer;

    answer_init(&answer, &scene.query.request.question, records, sizeof records);
    while (count-- > 0)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
    return answer;
}

TEST_WITH(scene, the_reply_goes_to_the_client_that_asked)
{
    struct answer answer;
    const struct reply *reply;

    ask_for("Host.Example.");
    answer = addresses(1, 10);
    respond(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "Host.Example. 10 A 192.0.2.1\n");
}

TEST_WITH(scene, the_reply_comes_from_the_socket_that_was_asked)
{
    struct answer answer = addresses(1, 10);
    struct addr asked = {.len = sizeof asked.sock}, from = {.len = sizeof from.sock};
    char byte;

    assert_int_equal(getsockname(scene.server, &asked.sock.any, &asked.len), 0);
    respond(&scene.query, &answer, 0);
    assert_int_equal(recvfrom(scene.client, &byte, 1, 0, &from.sock.any, &from.len), 1);
    assert_true(addr_equal(&from, &asked));
}

TEST_WITH(scene, ttls_are_lowered_by_the_age)
{
    struct answer answer = addresses(1, 10);

    respond(&scene.query, &answer, 3);
    assert_string_equal(receive_text(scene.client), "NOERROR\n"
                                                    "host. 7 A 192.0.2.1\n");
}

/* RFC 1035 section 4.2.1: 12 + 10 octets and 30 records of 16 octets make 502.
 */
TEST_WITH(scene, without_edns_a_reply_has_512_octets)
{
    struct answer answer = addresses(100, 10);
    const struct reply *reply;

    respond(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply->len, 502);
    assert_memory_equal(reply_text(reply->wire, reply->len), "NOERROR truncated\n", 18);
}

TEST_WITH(scene, with_edns_a_reply_has_as_much_as_the_client_takes)
{
    struct answer answer = addresses(100, 10);
    const struct reply *reply;

    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 1000;
    respond(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_in_range(reply->len, 1000 - 16 + 1, 1000);
}

TEST_WITH(scene, a_reply_is_no_longer_than_we_allow)
{
    struct answer answer = addresses(100, 10);
    const struct reply *reply;

    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 4096;
    respond(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_in_range(reply->len, 1232 - 16 + 1, 1232);
}

TEST_WITH(scene, the_longest_answer_can_be_sent)
{
    static const struct serve_config config = CONFIG_OF(65507);
    struct answer answer = addresses(4000, 10);

    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 65535;
    scene.query.config = &config;
    respond(&scene.query, &answer, 0);
    assert_int_equal(receive(scene.client)->len, 12 + 10 + 4000 * 16 + 11);
}

TEST_WITH(scene, nobody_is_told_over_a_connection_that_is_gone)
{
    struct answer answer = addresses(1, 10);

    scene.query.over_tcp = true;
    assert_false(respond(&scene.query, &answer, 0));
    assert_true(nothing_came(scene.client));
    scene.query.over_tcp = false;
    assert_true(respond(&scene.query, &answer, 0));
    receive(scene.client);
}

TEST_WITH(scene, a_copy_is_answered_like_the_original)
{
    struct answer answer;
    struct query *copy;
    const struct reply *reply;

    ask_for("Host.Example.");
    copy = query_new(&scene.query);
    answer = addresses(1, 10);
    memset(&scene.query, 0xee, sizeof scene.query);
    respond(copy, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_name(reply), "Host.Example. A");
    query_free(copy);
}

/* What comes to stderr while this is answered. */
static const char *logged(const struct answer *answer, enum log_level level)
{
    static char text[2048];
    int file = memfd_create("stderr", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
    ssize_t len;

    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    log_open("hostdnsd[serve]", level);
    scene.query.received_us = clock_us();
    scene.query.origin = QUERYLOG_LOOKUP;
    respond(&scene.query, answer, 0);
    log_open("hostdnsd[serve]", LOG_LEVEL_INFO);
    dup2(saved, STDERR_FILENO);
    close(saved);
    len = pread(file, text, sizeof text - 1, 0);
    assert_true(len >= 0);
    text[len] = '\0';
    close(file);
    return text;
}

/* Before the head stands when it was answered, and before the tail how long it took. */
static void assert_logged(const char *line, const char *head, const char *tail)
{
    static const char name[] = "hostdnsd[serve]: ", time[] = "2026-11-29T12:00:00.000Z ";

    assert_memory_equal(line, name, strlen(name));
    line += strlen(name);
    assert_int_equal(strcspn(line, " "), strlen(time) - 1);
    line += strlen(time);
    assert_memory_equal(line, head, strlen(head));
    line += strlen(head);
    line += strspn(line, "0123456789.");
    assert_string_equal(line, tail);
}

TEST_WITH(scene, each_reply_is_logged_where_that_is_wanted)
{
    struct answer answer = addresses(2, 10);

    assert_true(addr_parse(&scene.query.path.peer, "127.0.0.1:4242", 0));
    assert_logged(logged(&answer, LOG_LEVEL_DEBUG),
                  "127.0.0.1:4242 asks host. A over UDP: NOERROR, 2 "
                  "records from dns, ",
                  " ms\n");
}

TEST_WITH(scene, a_failure_is_logged_with_its_reason)
{
    struct answer answer;

    ask_for("ho\\010st.");
    answer_init(&answer, &scene.query.request.question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "wires cut");
    assert_true(addr_parse(&scene.query.path.peer, "127.0.0.1:4242", 0));
    assert_logged(logged(&answer, LOG_LEVEL_DEBUG),
                  "127.0.0.1:4242 asks ho\\010st. A over UDP: SERVFAIL, 0 "
                  "records from dns, ",
                  " ms, EDE 23: wires cut\n");
}

TEST_WITH(scene, no_reply_is_logged_where_that_is_not_wanted)
{
    struct answer answer = addresses(2, 10);

    assert_string_equal(logged(&answer, LOG_LEVEL_INFO), "");
}
