/*
 * Questions to name servers that the case plays, on 127.0.0.5, .6 and .7; to the lab's
 * silent server 127.0.0.3 and its closed port 127.0.0.9.
 */
#include "servers.h"

#include "base/log.h"
#include "lookup/upstream.h"

enum {
    SERVERS = 3,
    AT_ONCE_MS =
        2000, /* less than a turn lasts where a case waits for what comes at once */
};

struct scene {
    struct loop *loop;
    struct upstream *upstream;
    int udp[SERVERS];
};

/* An errand of a case, and how often it has come back. */
struct asked {
    struct errand errand;
    int done;
};

static void note_done(struct errand *errand)
{
    list_item(errand, struct asked, errand)->done++;
}

/* So many servers, of 127.0.0.5 on; and resolv.conf. */
static struct scene *set_up_with(int servers, const char *text)
{
    struct scene *scene = test_calloc(1, sizeof *scene);
    char address[32];

    etc_write("resolv.conf", text);
    scene->loop = loop_new();
    assert_non_null(scene->loop);
    scene->upstream = upstream_new(scene->loop, NULL, 0);
    assert_non_null(scene->upstream);
    for (int i = 0; i < SERVERS; i++) {
        snprintf(address, sizeof address, "127.0.0.%d", 5 + i);
        scene->udp[i] = i < servers ? server_open(address, SOCK_DGRAM) : -1;
    }
    return scene;
}

/* With resolv.conf naming these servers, and these options. */
static struct scene *set_up_options(int servers, const char *options)
{
    char text[256] = "";

    for (int i = 0; i < servers; i++)
        sprintf(text + strlen(text), "nameserver 127.0.0.%d\n", 5 + i);
    sprintf(text + strlen(text), "options %s\n", options);
    return set_up_with(servers, text);
}

/* A turn lasts for a second. */
static struct scene *set_up(int servers)
{
    return set_up_options(servers, "timeout:1 attempts:1");
}

/* Turns last longer than what is to happen at once ever takes. */
static struct scene *set_up_patient(int servers)
{
    return set_up_options(servers, "timeout:4 attempts:1");
}

/* Loop checks may still be under way. */
static void tear_down(struct scene *scene)
{
    upstream_free(scene->upstream);
    loop_free(scene->loop);
    for (int i = 0; i < SERVERS; i++)
        if (scene->udp[i] != -1)
            close(scene->udp[i]);
    test_free(scene);
}

static void assert_at_once(int64_t begun)
{
    assert_in_range(clock_ms() - begun, 0, AT_ONCE_MS);
}

static struct asked *ask_flags(struct scene *scene, const char *name, unsigned flags)
{
    struct asked *ask = calloc(1, sizeof *ask);

    assert_non_null(ask);
    ask->errand.question = question_of(name, "A");
    ask->errand.question.flags = (uint8_t)flags;
    ask->errand.done = note_done;
    upstream_ask(scene->upstream, &ask->errand);
    return ask;
}

static struct asked *ask(struct scene *scene, const char *name)
{
    return ask_flags(scene, name, 0);
}

/* Waits for the outcome, once: "RCODE", the last octet of an address, or why there is none.
 */
static const char *outcome(struct scene *scene, struct asked *ask)
{
    static char text[ANSWER_TEXT];
    const struct errand *errand = &ask->errand;

    turn_until(scene->loop, &ask->done, 1);
    turn(scene->loop);
    assert_int_equal(ask->done, 1);
    if (!errand->reply)
        snprintf(text, sizeof text, "%s", errand->failure);
    else if (errand->reply[7] > 0)
        snprintf(text, sizeof text, "%u", errand->reply[errand->reply_len - 1]);
    else
        snprintf(text, sizeof text, "%s", rcode_text(errand->reply[3] & 0xf));
    free(ask->errand.reply);
    free(ask);
    return text;
}

static void the_reply_is_handed_over_as_it_came(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);
    uint8_t reply[600];
    size_t len = reply_to(&got, reply, REPLY_FLAGS, 1);

    (void)state;
    server_send(scene->udp[0], &got, reply, len);
    turn_until(scene->loop, &one->done, 1);
    assert_int_equal(one->errand.reply_len, len);
    assert_memory_equal(one->errand.reply, reply, len);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void no_such_name_is_a_reply(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    assert_string_equal(outcome(scene, one), "NXDOMAIN");
    tear_down(scene);
}

static void a_query_asks_with_edns_and_carries_do_and_cd(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one =
        ask_flags(scene, "www.example", QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
    struct got got = server_asked(scene->udp[0]);
    const uint8_t opt[] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0};

    (void)state;
    assert_int_equal(got.wire[3] & 0x10, 0x10);
    assert_int_equal(got.len, question_end(&got) + sizeof opt);
    assert_memory_equal(got.wire + question_end(&got), opt, sizeof opt);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene, one);
    tear_down(scene);
}

/* What the first server says makes the second one's turn come at once. */
static void goes_on_after(unsigned rcode)
{
    struct scene *scene = set_up_patient(2);
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    server_reply(scene->udp[0], &got, REPLY_FLAGS | rcode, 0);
    got = turn_until_asked(scene->loop, scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS, 2);
    assert_string_equal(outcome(scene, one), "2");
    assert_at_once(begun);
    tear_down(scene);
}

static void after_servfail_the_next_server_is_asked(void **state)
{
    (void)state;
    goes_on_after(RCODE_SERVFAIL);
}

static void after_refused_the_next_server_is_asked(void **state)
{
    (void)state;
    goes_on_after(RCODE_REFUSED);
}

static void after_notimp_without_edns_the_next_server_is_asked(void **state)
{
    struct scene *scene = set_up_patient(2);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | RCODE_NOTIMP, 0);
    got = turn_until_asked(scene->loop, scene->udp[0]);
    assert_int_equal(got.len, question_end(&got)); /* no OPT record */
    server_reply(scene->udp[0], &got, REPLY_FLAGS | RCODE_NOTIMP, 0);
    got = turn_until_asked(scene->loop, scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS, 2);
    assert_string_equal(outcome(scene, one), "2");
    tear_down(scene);
}

static void after_a_lame_reply_the_next_server_is_asked(void **state)
{
    struct scene *scene = set_up_patient(2);
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, 0x8100, 0);
    got = turn_until_asked(scene->loop, scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS, 2);
    assert_string_equal(outcome(scene, one), "2");
    assert_at_once(begun);
    tear_down(scene);
}

static void a_closed_port_is_passed_over_at_once(void **state)
{
    struct scene *scene = set_up_with(1, "nameserver 127.0.0.9\nnameserver 127.0.0.5\n"
                                         "options timeout:4 attempts:1\n");
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got;

    (void)state;
    got = turn_until_asked(scene->loop, scene->udp[0]);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    assert_at_once(begun);
    tear_down(scene);
}

/* Where many are under way, several share the socket on which the error arrives. */
static void questions_to_a_closed_port_are_all_passed_on_at_once(void **state)
{
    enum { MANY = 100 };
    struct scene *scene =
        set_up_with(0, "nameserver 127.0.0.9\noptions timeout:4 attempts:1\n");
    int64_t begun = clock_ms();
    struct asked *asks[MANY];

    (void)state;
    for (int i = 0; i < MANY; i++)
        asks[i] = ask(scene, "www.example");
    for (int i = 0; i < MANY; i++)
        assert_string_equal(outcome(scene, asks[i]),
                            "name server 127.0.0.9:53: Connection refused");
    assert_at_once(begun);
    tear_down(scene);
}

static void silence_costs_a_share_of_the_time(void **state)
{
    struct scene *scene = set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.5\n"
                                         "options timeout:1 attempts:1\n");
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got;

    (void)state;
    do { /* the loop check comes at once, the question after a second */
        turn_until_readable(scene->loop, scene->udp[0]);
        got = server_receive(scene->udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - begun, 900, 4000);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

/* A client waits 4.5 seconds: by then every server has had its turns. */
static void turns_of_many_servers_are_shorter_than_their_time_out(void **state)
{
    struct scene *scene =
        set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.5\n"
                       "options timeout:5 attempts:2\n");
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got;

    (void)state;
    do {
        turn_until_readable(scene->loop, scene->udp[0]);
        got = server_receive(scene->udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - begun, 2 * 4200 / 6 - 50, 4500);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void silence_of_all_is_a_failure_that_names_a_server(void **state)
{
    struct scene *scene =
        set_up_with(0, "nameserver 127.0.0.3\noptions timeout:1 attempts:1\n");
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");

    (void)state;
    assert_string_equal(outcome(scene, one), "name server 127.0.0.3:53 does not answer");
    assert_in_range(clock_ms() - begun, 900, 4000);
    tear_down(scene);
}

static void failures_of_all_end_it_at_once(void **state)
{
    struct scene *scene = set_up_patient(2);
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | RCODE_REFUSED, 0);
    got = turn_until_asked(scene->loop, scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    assert_string_equal(outcome(scene, one), "name server 127.0.0.6:53 says SERVFAIL");
    assert_at_once(begun);
    tear_down(scene);
}

/* The question to the first server, whose turn is over, and the one to the second. */
static void miss_a_turn(struct scene *scene, struct got *first, struct got *second)
{
    *first = server_asked(scene->udp[0]);
    do {
        turn_until_readable(scene->loop, scene->udp[1]);
        *second = server_receive(scene->udp[1]);
    } while (is_loop_check(second));
}

static void a_late_reply_of_an_earlier_server_is_taken(void **state)
{
    struct scene *scene = set_up(2);
    struct asked *one = ask(scene, "www.example");
    struct got first, second;

    (void)state;
    miss_a_turn(scene, &first, &second);
    server_reply(scene->udp[0], &first, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    server_reply(scene->udp[1], &second, REPLY_FLAGS, 2); /* to nobody any more */
    turn(scene->loop);
    tear_down(scene);
}

/* It would end after four seconds, with both turns over, if that failure did not end it. */
static void a_failure_of_the_last_that_is_waited_for_ends_it_at_once(void **state)
{
    struct scene *scene = set_up_options(2, "timeout:2 attempts:1");
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got first, second;

    (void)state;
    miss_a_turn(scene, &first, &second);
    server_reply(scene->udp[1], &second, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    turn(scene->loop);
    assert_int_equal(one->done, 0); /* the first may still answer */
    server_reply(scene->udp[0], &first, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    assert_string_equal(outcome(scene, one), "name server 127.0.0.5:53 says SERVFAIL");
    assert_in_range(clock_ms() - begun, 1900, 3900);
    tear_down(scene);
}

static void each_server_is_asked_as_often_as_attempts_says(void **state)
{
    struct scene *scene = set_up_options(1, "timeout:1 attempts:3");
    struct asked *one = ask(scene, "www.example");
    int asked = 0;

    (void)state;
    turn_until(scene->loop, &one->done, 1);
    while (!server_is_idle(scene->udp[0])) {
        struct got got = server_receive(scene->udp[0]);

        asked += !is_loop_check(&got);
    }
    assert_int_equal(asked, 3);
    assert_string_equal(outcome(scene, one), "name server 127.0.0.5:53 does not answer");
    tear_down(scene);
}

static void a_reply_with_another_id_is_not_taken(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]), forged = got;

    (void)state;
    forged.wire[0] ^= 0x55;
    server_reply(scene->udp[0], &forged, REPLY_FLAGS, 66);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void a_reply_to_another_question_is_not_taken(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]), name = got, type = got;

    (void)state;
    name.wire[13] = 'x';
    server_reply(scene->udp[0], &name, REPLY_FLAGS, 66);
    type.wire[question_end(&type) - 3] = 28;
    server_reply(scene->udp[0], &type, REPLY_FLAGS, 67);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void a_query_that_comes_back_is_not_taken_for_a_reply(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_send(scene->udp[0], &got, got.wire, got.len);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void a_server_that_does_not_know_edns_is_asked_without(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | RCODE_FORMERR, 0);
    got = turn_until_asked(scene->loop, scene->udp[0]);
    assert_int_equal(got.len, question_end(&got));
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void so_is_one_that_says_formerr_with_a_bare_header(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);
    const uint8_t bare[] = {got.wire[0], got.wire[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0};

    (void)state;
    server_send(scene->udp[0], &got, bare, sizeof bare);
    got = turn_until_asked(scene->loop, scene->udp[0]);
    assert_int_equal(got.len, question_end(&got));
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

/* TCP. */

static int accept_stream(struct scene *scene, int listener)
{
    const struct timeval patience = {.tv_sec = 10};
    int fd;

    turn_until_readable(scene->loop, listener);
    fd = accept(listener, NULL, NULL);
    assert_int_not_equal(fd, -1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* The query on a stream, without its length. */
static struct got stream_asked(struct scene *scene, int fd)
{
    struct got got = {0};
    uint8_t data[514];
    ssize_t len;

    turn_until_readable(scene->loop, fd);
    len = recv(fd, data, sizeof data, 0);
    assert_true(len > 14);
    assert_int_equal(data[0] << 8 | data[1], len - 2);
    got.len = (size_t)len - 2;
    memcpy(got.wire, data + 2, got.len);
    return got;
}

static void stream_reply(int fd, const struct got *got, unsigned flags, uint8_t last)
{
    uint8_t out[602];
    size_t len = reply_to(got, out + 2, flags, last);

    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    assert_int_equal(send(fd, out, len + 2, MSG_NOSIGNAL), len + 2);
}

static void a_truncated_reply_is_asked_for_over_tcp(void **state)
{
    struct scene *scene = set_up(1);
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | REPLY_TC, 66);
    fd = accept_stream(scene, listener);
    got = stream_asked(scene, fd);
    stream_reply(fd, &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    close(fd);
    close(listener);
    tear_down(scene);
}

static void a_stream_with_another_id_or_question_is_a_failure(void **state)
{
    struct scene *scene = set_up(1);
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(scene, listener);
    got = stream_asked(scene, fd);
    got.wire[1] ^= 1;
    stream_reply(fd, &got, REPLY_FLAGS, 66);
    assert_string_equal(outcome(scene, one),
                        "name server 127.0.0.5:53 over TCP: no reply to the question");
    close(fd);
    close(listener);
    tear_down(scene);
}

static void a_stream_that_closes_early_is_a_failure_and_the_next_is_asked(void **state)
{
    struct scene *scene = set_up_patient(2);
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(scene, listener);
    stream_asked(scene, fd);
    close(fd);
    got = turn_until_asked(scene->loop, scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS, 2);
    assert_string_equal(outcome(scene, one), "2");
    assert_at_once(begun);
    close(listener);
    tear_down(scene);
}

static void no_tcp_at_the_server_is_a_failure_at_once(void **state)
{
    struct scene *scene = set_up_patient(1);
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    assert_string_equal(outcome(scene, one),
                        "name server 127.0.0.5:53 over TCP: Connection refused");
    assert_at_once(begun);
    tear_down(scene);
}

static void a_silent_stream_costs_no_more_than_its_share_of_the_time(void **state)
{
    struct scene *scene = set_up(1);
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    int64_t begun = clock_ms();
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    server_reply(scene->udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(scene, listener);
    turn_until(scene->loop, &one->done, 1);
    assert_in_range(clock_ms() - begun, 900, 4000);
    assert_null(one->errand.reply);
    outcome(scene, one);
    close(fd);
    close(listener);
    tear_down(scene);
}

static void use_vc_asks_over_tcp_from_the_start(void **state)
{
    struct scene *scene = set_up_options(1, "use-vc timeout:1");
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    struct asked *one = ask(scene, "www.example");
    struct got got;

    (void)state;
    fd = accept_stream(scene, listener);
    got = stream_asked(scene, fd);
    stream_reply(fd, &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    while (!server_is_idle(scene->udp[0])) {
        got = server_receive(scene->udp[0]);
        assert_true(is_loop_check(&got));
    }
    close(fd);
    close(listener);
    tear_down(scene);
}

/* Other options. */

static void rotate_begins_with_each_server_in_turn(void **state)
{
    struct scene *scene = set_up_options(2, "rotate timeout:1");

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct asked *one = ask(scene, "www.example");
        struct got got = server_asked(scene->udp[i % 2]);

        server_reply(scene->udp[i % 2], &got, REPLY_FLAGS, (uint8_t)(i + 1));
        assert_int_equal(atoi(outcome(scene, one)), i + 1);
    }
    tear_down(scene);
}

static void trust_ad_sets_ad(void **state)
{
    struct scene *scene = set_up_options(1, "trust-ad timeout:1");
    struct asked *one = ask(scene, "www.example");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    assert_int_equal(got.wire[3] & 0x20, 0x20);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene, one);
    tear_down(scene);
}

static void a_changed_resolv_conf_is_used_for_the_next_question(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one;
    struct got got;

    (void)state;
    close(scene->udp[0]);
    scene->udp[0] = server_open("127.0.0.8", SOCK_DGRAM);
    etc_write("resolv.conf", "nameserver 127.0.0.8\noptions timeout:1 attempts:1\n");
    one = ask(scene, "www.example");
    got = server_asked(scene->udp[0]);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 8);
    assert_string_equal(outcome(scene, one), "8");
    tear_down(scene);
}

/* Loops. */

static void be_at_127_0_0_5(struct scene *scene, struct addr *own)
{
    assert_true(addr_parse(own, "127.0.0.5", 53));
    upstream_free(scene->upstream);
    scene->upstream = upstream_new(scene->loop, own, 1);
    assert_non_null(scene->upstream);
}

static void our_own_address_is_never_asked(void **state)
{
    struct addr own;
    struct scene *scene = set_up(1);
    struct asked *one;

    (void)state;
    be_at_127_0_0_5(scene, &own);
    one = ask(scene, "www.example");
    assert_int_equal(one->done, 1);
    assert_string_equal(outcome(scene, one),
                        "loop: name server 127.0.0.5:53 is this server");
    assert_true(server_is_idle(scene->udp[0]));
    tear_down(scene);
}

static void beside_our_own_address_the_others_are_asked(void **state)
{
    struct addr own;
    struct scene *scene = set_up(2);
    struct asked *one;
    struct got got;

    (void)state;
    be_at_127_0_0_5(scene, &own);
    one = ask(scene, "www.example");
    got = server_asked(scene->udp[1]);
    server_reply(scene->udp[1], &got, REPLY_FLAGS, 2);
    assert_string_equal(outcome(scene, one), "2");
    assert_true(server_is_idle(scene->udp[0]));
    tear_down(scene);
}

/* The loop check that a server gets before a question. */
static struct question check_at(int server)
{
    struct got got = server_receive(server);
    struct reader in = reader_of(got.wire, got.len);
    struct question question = {0};
    const uint8_t *name;
    size_t len;

    in.pos = 12;
    assert_true(name_get(&in, &name, &len) && get_u16(&in, &question.type));
    memcpy(question.name, name, len);
    question.name_len = (uint8_t)len;
    assert_true(is_loop_check(&got));
    return question;
}

static void a_loop_check_that_comes_back_ends_what_waits(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example"), *later;
    struct question check = check_at(scene->udp[0]);

    (void)state;
    assert_int_equal(one->done, 0);
    assert_true(upstream_is_own_check(scene->upstream, &check));
    assert_string_equal(outcome(scene, one),
                        "loop: name server 127.0.0.5:53 is this server");
    later = ask(scene, "later.example");
    assert_int_equal(later->done, 1);
    outcome(scene, later);
    tear_down(scene);
}

static void another_question_is_no_loop_check(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *one = ask(scene, "www.example");
    struct question question = question_of("0123456789abcdef.hostdns-loop-check", "A");
    struct got got = server_asked(scene->udp[0]);

    (void)state;
    assert_false(upstream_is_own_check(scene->upstream, &question));
    question = question_of("www.example", "A");
    assert_false(upstream_is_own_check(scene->upstream, &question));
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
}

static void a_server_is_checked_once_for_many_questions(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *asks[5];
    int checks = 0, questions = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        asks[i] = ask(scene, "www.example");
    while (!server_is_idle(scene->udp[0])) {
        struct got got = server_receive(scene->udp[0]);
        bool is_check = is_loop_check(&got);

        checks += is_check;
        questions += !is_check;
        server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    }
    assert_int_equal(checks, 1);
    assert_int_equal(questions, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(outcome(scene, asks[i]), "1");
    tear_down(scene);
}

/* Memory too: the address sanitizer tells. */
static void freeing_ends_loop_checks_under_way(void **state)
{
    int before = dup(STDIN_FILENO), after;
    struct scene *scene;
    struct asked *one;
    struct got got;

    (void)state;
    close(before); /* the lowest number that is free */
    scene = set_up(1);
    one = ask(scene, "www.example");
    check_at(scene->udp[0]); /* nobody answers it */
    got = server_receive(scene->udp[0]);
    server_reply(scene->udp[0], &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene, one), "1");
    tear_down(scene);
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

static void nothing_may_be_freed(void **state)
{
    (void)state;
    upstream_free(NULL);
}

/* Many at once. */

static void a_thousand_questions_that_hang_need_few_sockets(void **state)
{
    struct scene *scene = set_up(1);
    struct asked *asks[1000];
    int before = dup(STDIN_FILENO), after;
    char name[32];

    (void)state;
    close(before);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d.example", i);
        asks[i] = ask(scene, name);
    }
    after = dup(STDIN_FILENO);
    close(after);
    assert_in_range(after - before, 1, 500);
    for (int i = 0; i < 1000; i++)
        assert_string_equal(outcome(scene, asks[i]),
                            "name server 127.0.0.5:53 does not answer");
    tear_down(scene);
}

/* What is logged of loops would look like a failure of the test. */
static int be_quiet(void **state)
{
    (void)state;
    log_open("test", LOG_LEVEL_ERROR);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lab_test(the_reply_is_handed_over_as_it_came),
        lab_test(no_such_name_is_a_reply),
        lab_test(a_query_asks_with_edns_and_carries_do_and_cd),
        lab_test(after_servfail_the_next_server_is_asked),
        lab_test(after_refused_the_next_server_is_asked),
        lab_test(after_notimp_without_edns_the_next_server_is_asked),
        lab_test(after_a_lame_reply_the_next_server_is_asked),
        lab_test(a_closed_port_is_passed_over_at_once),
        lab_test(questions_to_a_closed_port_are_all_passed_on_at_once),
        lab_test(silence_costs_a_share_of_the_time),
        lab_test(turns_of_many_servers_are_shorter_than_their_time_out),
        lab_test(silence_of_all_is_a_failure_that_names_a_server),
        lab_test(failures_of_all_end_it_at_once),
        lab_test(a_late_reply_of_an_earlier_server_is_taken),
        lab_test(a_failure_of_the_last_that_is_waited_for_ends_it_at_once),
        lab_test(each_server_is_asked_as_often_as_attempts_says),
        lab_test(a_reply_with_another_id_is_not_taken),
        lab_test(a_reply_to_another_question_is_not_taken),
        lab_test(a_query_that_comes_back_is_not_taken_for_a_reply),
        lab_test(a_server_that_does_not_know_edns_is_asked_without),
        lab_test(so_is_one_that_says_formerr_with_a_bare_header),
        lab_test(a_truncated_reply_is_asked_for_over_tcp),
        lab_test(a_stream_with_another_id_or_question_is_a_failure),
        lab_test(a_stream_that_closes_early_is_a_failure_and_the_next_is_asked),
        lab_test(no_tcp_at_the_server_is_a_failure_at_once),
        lab_test(a_silent_stream_costs_no_more_than_its_share_of_the_time),
        lab_test(use_vc_asks_over_tcp_from_the_start),
        lab_test(rotate_begins_with_each_server_in_turn),
        lab_test(trust_ad_sets_ad),
        lab_test(a_changed_resolv_conf_is_used_for_the_next_question),
        lab_test(our_own_address_is_never_asked),
        lab_test(beside_our_own_address_the_others_are_asked),
        lab_test(a_loop_check_that_comes_back_ends_what_waits),
        lab_test(another_question_is_no_loop_check),
        lab_test(a_server_is_checked_once_for_many_questions),
        lab_test(freeing_ends_loop_checks_under_way),
        cmocka_unit_test(nothing_may_be_freed),
        lab_test(a_thousand_questions_that_hang_need_few_sockets),
    };
    return cmocka_run_group_tests_name("upstream", tests, be_quiet, NULL);
}
