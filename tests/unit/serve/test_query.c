#include "clients.h"

#include "base/log.h"

#include <sys/mman.h>

/* A server's socket, a client's, and a query from the one to the other. */
struct scene {
    int server, client;
    struct query query;
};

static struct scene scene_of(const char *name, const char *type)
{
    struct scene scene;
    struct addr unused;

    scene.server = udp_socket(&unused);
    scene.query = (struct query){.fd = scene.server, .config = &plain_config};
    scene.client = udp_socket(&scene.query.path.peer);
    scene.query.request = (struct request){.id = 0x1234,
                                           .has_question = true,
                                           .class = CLASS_IN,
                                           .question = question_of(name, type)};
    return scene;
}

static void scene_end(struct scene *scene)
{
    close(scene->server);
    close(scene->client);
}

static uint8_t records[ANSWER_RECORDS_MAX];

/* An answer of so many addresses. */
static struct answer addresses(const struct scene *scene, int count, uint32_t ttl)
{
    const uint8_t address[] = {192, 0, 2, 1};
    struct answer answer;

    answer_init(&answer, &scene->query.request.question, records, sizeof records);
    while (count-- > 0)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
    return answer;
}

static void the_reply_goes_to_who_asked(void **state)
{
    struct scene scene = scene_of("Host.Example.", "A");
    struct answer answer = addresses(&scene, 1, 10);
    const struct reply *reply;

    (void)state;
    query_reply(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "Host.Example. 10 A 192.0.2.1\n");
    scene_end(&scene);
}

static void the_reply_comes_from_the_socket_that_was_asked(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 1, 10);
    struct addr asked = {.len = sizeof asked.sock}, from = {.len = sizeof from.sock};
    char byte;

    (void)state;
    assert_int_equal(getsockname(scene.server, &asked.sock.any, &asked.len), 0);
    query_reply(&scene.query, &answer, 0);
    assert_int_equal(recvfrom(scene.client, &byte, 1, 0, &from.sock.any, &from.len), 1);
    assert_true(addr_equal(&from, &asked));
    scene_end(&scene);
}

static void ttls_are_lowered_by_the_age(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 1, 10);

    (void)state;
    query_reply(&scene.query, &answer, 3);
    assert_string_equal(receive_text(scene.client), "NOERROR\n"
                                                    "host. 7 A 192.0.2.1\n");
    scene_end(&scene);
}

/* RFC 1035 section 4.2.1: 12 + 10 octets and 30 records of 16 octets make 502.
 */
static void without_edns_a_reply_has_512_octets(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 100, 10);
    const struct reply *reply;

    (void)state;
    query_reply(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply->len, 502);
    assert_memory_equal(reply_text(reply->wire, reply->len), "NOERROR truncated\n", 18);
    scene_end(&scene);
}

static void with_edns_a_reply_has_as_much_as_the_client_takes(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 100, 10);
    const struct reply *reply;

    (void)state;
    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 1000;
    query_reply(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_in_range(reply->len, 1000 - 16 + 1, 1000);
    scene_end(&scene);
}

static void a_reply_is_no_longer_than_we_allow(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 100, 10);
    const struct reply *reply;

    (void)state;
    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 4096;
    query_reply(&scene.query, &answer, 0);
    reply = receive(scene.client);
    assert_in_range(reply->len, 1232 - 16 + 1, 1232);
    scene_end(&scene);
}

static void the_longest_answer_can_be_sent(void **state)
{
    static const struct serve_config config = CONFIG_OF(65507);
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 4000, 10);

    (void)state;
    scene.query.request.has_edns = true;
    scene.query.request.edns_size = 65535;
    scene.query.config = &config;
    query_reply(&scene.query, &answer, 0);
    assert_int_equal(receive(scene.client)->len, 12 + 10 + 4000 * 16 + 11);
    scene_end(&scene);
}

static void nobody_is_told_over_a_connection_that_is_gone(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 1, 10);

    (void)state;
    scene.query.over_tcp = true;
    assert_false(query_reply(&scene.query, &answer, 0));
    assert_true(nothing_came(scene.client));
    scene.query.over_tcp = false;
    assert_true(query_reply(&scene.query, &answer, 0));
    receive(scene.client);
    scene_end(&scene);
}

static void a_copy_waits_in_no_list(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct query *copy = query_new(&scene.query);

    (void)state;
    assert_non_null(copy);
    assert_null(copy->flight);
    assert_true(list_empty(&copy->in_flight));
    assert_true(list_empty(&copy->in_deadline));
    query_free(copy);
    scene_end(&scene);
}

static void a_copy_is_answered_like_the_original(void **state)
{
    struct scene scene = scene_of("Host.Example.", "A");
    struct answer answer = addresses(&scene, 1, 10);
    struct query *copy = query_new(&scene.query);
    const struct reply *reply;

    (void)state;
    memset(&scene.query, 0xee, sizeof scene.query);
    query_reply(copy, &answer, 0);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_name(reply), "Host.Example. A");
    query_free(copy);
    scene_end(&scene);
}

static void its_end_takes_it_out_of_its_lists(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct query *copy = query_new(&scene.query);
    struct list flight, deadline;

    (void)state;
    list_init(&flight);
    list_init(&deadline);
    list_append(&flight, &copy->in_flight);
    list_append(&deadline, &copy->in_deadline);
    query_free(copy);
    assert_true(list_empty(&flight));
    assert_true(list_empty(&deadline));
    scene_end(&scene);
}

/* What comes to stderr while this is answered. */
static const char *logged(struct scene *scene, const struct answer *answer,
                          enum log_level level)
{
    static char text[2048];
    int file = memfd_create("stderr", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
    ssize_t len;

    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    log_open("hostdnsd[serve]", level);
    scene->query.received = clock_ms();
    scene->query.origin = QUERYLOG_LOOKUP;
    query_reply(&scene->query, answer, 0);
    log_open("hostdnsd[serve]", LOG_LEVEL_INFO);
    dup2(saved, STDERR_FILENO);
    close(saved);
    len = pread(file, text, sizeof text - 1, 0);
    assert_true(len >= 0);
    text[len] = '\0';
    close(file);
    return text;
}

/* Between the two stands how long it took. */
static void assert_logged(const char *line, const char *head, const char *tail)
{
    assert_memory_equal(line, head, strlen(head));
    line += strlen(head);
    line += strspn(line, "0123456789");
    assert_string_equal(line, tail);
}

static void each_reply_is_logged_where_that_is_wanted(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 2, 10);

    (void)state;
    assert_true(addr_parse(&scene.query.path.peer, "127.0.0.1:4242", 0));
    assert_logged(logged(&scene, &answer, LOG_LEVEL_DEBUG),
                  "hostdnsd[serve]: 127.0.0.1:4242 asks host. A over UDP: NOERROR, 2 "
                  "records from dns, ",
                  " ms\n");
    scene_end(&scene);
}

static void a_failure_is_logged_with_its_reason(void **state)
{
    struct scene scene = scene_of("ho\\010st.", "A");
    struct answer answer;

    (void)state;
    answer_init(&answer, &scene.query.request.question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "wires cut");
    assert_true(addr_parse(&scene.query.path.peer, "127.0.0.1:4242", 0));
    assert_logged(logged(&scene, &answer, LOG_LEVEL_DEBUG),
                  "hostdnsd[serve]: 127.0.0.1:4242 asks ho\\010st. A over UDP: SERVFAIL, 0 "
                  "records from dns, ",
                  " ms, EDE 23: wires cut\n");
    scene_end(&scene);
}

static void no_reply_is_logged_where_that_is_not_wanted(void **state)
{
    struct scene scene = scene_of("host.", "A");
    struct answer answer = addresses(&scene, 2, 10);

    (void)state;
    assert_string_equal(logged(&scene, &answer, LOG_LEVEL_INFO), "");
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reply_goes_to_who_asked),
        cmocka_unit_test(the_reply_comes_from_the_socket_that_was_asked),
        cmocka_unit_test(ttls_are_lowered_by_the_age),
        cmocka_unit_test(without_edns_a_reply_has_512_octets),
        cmocka_unit_test(with_edns_a_reply_has_as_much_as_the_client_takes),
        cmocka_unit_test(a_reply_is_no_longer_than_we_allow),
        cmocka_unit_test(the_longest_answer_can_be_sent),
        cmocka_unit_test(nobody_is_told_over_a_connection_that_is_gone),
        cmocka_unit_test(a_copy_waits_in_no_list),
        cmocka_unit_test(a_copy_is_answered_like_the_original),
        cmocka_unit_test(its_end_takes_it_out_of_its_lists),
        cmocka_unit_test(each_reply_is_logged_where_that_is_wanted),
        cmocka_unit_test(a_failure_is_logged_with_its_reason),
        cmocka_unit_test(no_reply_is_logged_where_that_is_not_wanted),
    };

    alarm(60); /* ends a test that waits for what never comes */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
