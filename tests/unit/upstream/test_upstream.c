/*
 * Questions to name servers that the case plays, on 127.0.0.5, .6 and .7; to the lab's
 * silent server 127.0.0.3 and its closed port 127.0.0.9.
 */
#include "../servers.h"

#include "base/log.h"
#include "upstream/upstream.h"

enum {
    SERVERS = 3,
    MOST = 1000,       /* questions under way */
    AT_ONCE_MS = 3500, /* less than a turn where a case waits for what comes at once */
};

/* A question of a case, and how often it has been answered. */
struct asked {
    struct upstream_result result;
    int done;
};

static struct scene {
    struct loop *loop;
    struct upstream *upstream;
    int udp[SERVERS];
    struct asked *one; /* the first question, and when it was asked */
    int64_t begun;
} scene;

static void note_done(void *owner)
{
    struct asked *asked = owner;

    asked->done++;
}

/* So many servers, of 127.0.0.5 on; and resolv.conf. */
static struct scene *set_up_with(int servers, const char *text)
{
    char address[32];

    etc_write("resolv.conf", text);
    scene.loop = loop_new();
    assert_non_null(scene.loop);
    scene.upstream = upstream_new(scene.loop, NULL, 0, MOST);
    assert_non_null(scene.upstream);
    for (int i = 0; i < servers; i++) {
        snprintf(address, sizeof address, "127.0.0.%d", 5 + i);
        scene.udp[i] = server_open(address, SOCK_DGRAM);
    }
    return &scene;
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
static void take_down(void)
{
    upstream_free(scene.upstream);
    loop_free(scene.loop);
    for (int i = 0; i < SERVERS; i++)
        if (scene.udp[i] > 0)
            close(scene.udp[i]);
    memset(&scene, 0, sizeof scene);
}

static void tear_down(void)
{
    take_down();
    lab_restore();
}

FIXTURE(upstream, NULL, tear_down);

static void assert_at_once(void)
{
    assert_in_range(clock_ms() - scene.begun, 0, AT_ONCE_MS);
}

static struct asked *ask_flags(const char *name, unsigned flags)
{
    struct asked *asked = calloc(1, sizeof *asked);
    struct question question = question_of(name, "A");
    struct resolv_conf conf;

    assert_non_null(asked);
    question.flags = (uint8_t)flags;
    resolv_conf_read(&conf);
    upstream_ask(scene.upstream, &conf, &question, &asked->result, note_done, asked);
    return asked;
}

static struct asked *ask(const char *name)
{
    return ask_flags(name, 0);
}

/* Waits for the outcome, once: "RCODE", the last octet of an address, or why there is none.
 */
static const char *outcome(struct asked *ask)
{
    static char text[ANSWER_TEXT];
    const struct upstream_result *result = &ask->result;

    turn_until(scene.loop, &ask->done, 1);
    turn(scene.loop);
    assert_int_equal(ask->done, 1);
    if (!result->reply)
        snprintf(text, sizeof text, "%s", result->failure);
    else if (result->reply[7] > 0)
        snprintf(text, sizeof text, "%u", result->reply[result->reply_len - 1]);
    else
        snprintf(text, sizeof text, "%s", rcode_text(result->reply[3] & 0xf));
    free(ask->result.reply);
    free(ask);
    return text;
}

/* Asks for www.example. */
static void ask_first(struct scene *at)
{
    at->begun = clock_ms();
    at->one = ask("www.example");
}

/* And takes it up at the first server. */
static struct got asked_first(struct scene *at)
{
    ask_first(at);
    return server_asked(at->udp[0]);
}

/* Server N says 192.0.2.N+1, and that is the outcome. */
static void is_answered_by(int server, const struct got *got)
{
    char address[16];

    snprintf(address, sizeof address, "%d", server + 1);
    server_reply(scene.udp[server], got, REPLY_FLAGS, (uint8_t)(server + 1));
    assert_string_equal(outcome(scene.one), address);
}

TEST_WITH(upstream, the_reply_is_handed_over_as_it_came)
{
    struct got got = asked_first(set_up(1));
    uint8_t reply[600];
    size_t len = reply_to(&got, reply, REPLY_FLAGS, 1);

    server_send(scene.udp[0], &got, reply, len);
    turn_until(scene.loop, &scene.one->done, 1);
    assert_int_equal(scene.one->result.reply_len, len);
    assert_memory_equal(scene.one->result.reply, reply, len);
    assert_string_equal(outcome(scene.one), "1");
}

TEST_WITH(upstream, no_such_name_is_a_reply)
{
    struct got got = asked_first(set_up(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    assert_string_equal(outcome(scene.one), "NXDOMAIN");
}

TEST_WITH(upstream, a_query_asks_with_edns_and_carries_do_and_cd)
{
    struct got got;
    const uint8_t opt[] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0};

    set_up(1);
    scene.one = ask_flags("www.example", QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
    got = server_asked(scene.udp[0]);
    assert_int_equal(got.wire[3] & 0x10, 0x10);
    assert_int_equal(got.len, question_end(&got) + sizeof opt);
    assert_memory_equal(got.wire + question_end(&got), opt, sizeof opt);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene.one);
}

/* What the first server says makes the second one's turn come at once. */
static void goes_on_after(unsigned rcode)
{
    struct got got = asked_first(set_up_patient(2));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | rcode, 0);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    is_answered_by(1, &got);
    assert_at_once();
}

TEST_WITH(upstream, after_servfail_the_next_server_is_asked)
{
    goes_on_after(RCODE_SERVFAIL);
}

TEST_WITH(upstream, after_refused_the_next_server_is_asked)
{
    goes_on_after(RCODE_REFUSED);
}

TEST_WITH(upstream, after_notimp_without_edns_the_next_server_is_asked)
{
    struct got got = asked_first(set_up_patient(2));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_NOTIMP, 0);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(got.len, question_end(&got)); /* no OPT record */
    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_NOTIMP, 0);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    is_answered_by(1, &got);
}

TEST_WITH(upstream, after_a_lame_reply_the_next_server_is_asked)
{
    struct got got = asked_first(set_up_patient(2));

    server_reply(scene.udp[0], &got, 0x8100, 0);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    is_answered_by(1, &got);
    assert_at_once();
}

TEST_WITH(upstream, a_closed_port_is_passed_over_at_once)
{
    struct got got;

    ask_first(set_up_with(1, "nameserver 127.0.0.9\nnameserver 127.0.0.5\n"
                             "options timeout:4 attempts:1\n"));
    got = turn_until_asked(scene.loop, scene.udp[0]);
    is_answered_by(0, &got);
    assert_at_once();
}

/* Where many are under way, several share the socket on which the error arrives. */
TEST_WITH(upstream, questions_to_a_closed_port_are_all_passed_on_at_once)
{
    enum { MANY = 100 };
    struct asked *asks[MANY];

    set_up_with(0, "nameserver 127.0.0.9\noptions timeout:4 attempts:1\n");
    scene.begun = clock_ms();
    for (int i = 0; i < MANY; i++)
        asks[i] = ask("www.example");
    for (int i = 0; i < MANY; i++)
        assert_string_equal(outcome(asks[i]),
                            "name server 127.0.0.9:53: Connection refused");
    assert_at_once();
}

TEST_WITH(upstream, silence_costs_a_share_of_the_time)
{
    struct got got;

    ask_first(set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.5\n"
                             "options timeout:1 attempts:1\n"));
    do { /* the loop check comes at once, the question after a second */
        turn_until_readable(scene.loop, scene.udp[0]);
        got = server_receive(scene.udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
    is_answered_by(0, &got);
}

/* A client waits 4.5 seconds: by then every server has had its turns. */
TEST_WITH(upstream, turns_of_many_servers_are_shorter_than_their_time_out)
{
    struct got got;

    ask_first(
        set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.5\n"
                       "options timeout:5 attempts:2\n"));
    do {
        turn_until_readable(scene.loop, scene.udp[0]);
        got = server_receive(scene.udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - scene.begun, 2 * 4200 / 6 - 50, 4500);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, silence_of_all_is_a_failure_that_names_a_server)
{
    ask_first(set_up_with(0, "nameserver 127.0.0.3\noptions timeout:1 attempts:1\n"));
    assert_string_equal(outcome(scene.one), "name server 127.0.0.3:53 does not answer");
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
}

TEST_WITH(upstream, failures_of_all_end_it_at_once)
{
    struct got got = asked_first(set_up_patient(2));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_REFUSED, 0);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    server_reply(scene.udp[1], &got, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.6:53 says SERVFAIL");
    assert_at_once();
}

/* The question to the first server, whose turn is over, and the one to the second. */
static void miss_a_turn(struct got *first, struct got *second)
{
    *first = server_asked(scene.udp[0]);
    do {
        turn_until_readable(scene.loop, scene.udp[1]);
        *second = server_receive(scene.udp[1]);
    } while (is_loop_check(second));
}

TEST_WITH(upstream, a_late_reply_of_an_earlier_server_is_taken)
{
    struct got first, second;

    ask_first(set_up(2));
    miss_a_turn(&first, &second);
    server_reply(scene.udp[0], &first, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene.one), "1");
    server_reply(scene.udp[1], &second, REPLY_FLAGS, 2); /* to nobody any more */
    turn(scene.loop);
}

/* It would end after four seconds, with both turns over, if that failure did not end it. */
TEST_WITH(upstream, a_failure_of_the_last_that_is_waited_for_ends_it_at_once)
{
    struct got first, second;

    ask_first(set_up_options(2, "timeout:2 attempts:1"));
    miss_a_turn(&first, &second);
    server_reply(scene.udp[1], &second, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    turn(scene.loop);
    assert_int_equal(scene.one->done, 0); /* the first may still answer */
    server_reply(scene.udp[0], &first, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 says SERVFAIL");
    assert_in_range(clock_ms() - scene.begun, 1900, 3900);
}

TEST_WITH(upstream, each_server_is_asked_as_often_as_attempts_says)
{
    int asked = 0;

    ask_first(set_up_options(1, "timeout:1 attempts:3"));
    turn_until(scene.loop, &scene.one->done, 1);
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);

        asked += !is_loop_check(&got);
    }
    assert_int_equal(asked, 3);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 does not answer");
}

TEST_WITH(upstream, a_reply_with_another_id_is_not_taken)
{
    struct got got = asked_first(set_up(1)), forged = got;

    forged.wire[0] ^= 0x55;
    server_reply(scene.udp[0], &forged, REPLY_FLAGS, 66);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_reply_to_another_question_is_not_taken)
{
    struct got got = asked_first(set_up(1)), name = got, type = got;

    name.wire[13] = 'x';
    server_reply(scene.udp[0], &name, REPLY_FLAGS, 66);
    type.wire[question_end(&type) - 3] = 28;
    server_reply(scene.udp[0], &type, REPLY_FLAGS, 67);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_query_that_comes_back_is_not_taken_for_a_reply)
{
    struct got got = asked_first(set_up(1));

    server_send(scene.udp[0], &got, got.wire, got.len);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_server_that_does_not_know_edns_is_asked_without)
{
    struct got got = asked_first(set_up(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_FORMERR, 0);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(got.len, question_end(&got));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, so_is_one_that_says_formerr_with_a_bare_header)
{
    struct got got = asked_first(set_up(1));
    const uint8_t bare[] = {got.wire[0], got.wire[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0};

    server_send(scene.udp[0], &got, bare, sizeof bare);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(got.len, question_end(&got));
    is_answered_by(0, &got);
}

/* TCP. */

static int accept_stream(int listener)
{
    const struct timeval patience = {.tv_sec = 60};
    int fd;

    turn_until_readable(scene.loop, listener);
    fd = accept(listener, NULL, NULL);
    assert_int_not_equal(fd, -1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* The query on a stream, without its length. */
static struct got stream_asked(int fd)
{
    struct got got = {0};
    uint8_t data[514];
    ssize_t len;

    turn_until_readable(scene.loop, fd);
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

TEST_WITH(upstream, a_truncated_reply_is_asked_for_over_tcp)
{
    struct got got = asked_first(set_up(1));
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 66);
    fd = accept_stream(listener);
    got = stream_asked(fd);
    stream_reply(fd, &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene.one), "1");
    close(fd);
    close(listener);
}

TEST_WITH(upstream, a_stream_with_another_id_or_question_is_a_failure)
{
    struct got got = asked_first(set_up(1));
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(listener);
    got = stream_asked(fd);
    got.wire[1] ^= 1;
    stream_reply(fd, &got, REPLY_FLAGS, 66);
    assert_string_equal(outcome(scene.one),
                        "name server 127.0.0.5:53 over TCP: no reply to the question");
    close(fd);
    close(listener);
}

TEST_WITH(upstream, a_stream_that_closes_early_is_a_failure_and_the_next_is_asked)
{
    struct got got = asked_first(set_up_patient(2));
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(listener);
    stream_asked(fd);
    close(fd);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    is_answered_by(1, &got);
    assert_at_once();
    close(listener);
}

TEST_WITH(upstream, no_tcp_at_the_server_is_a_failure_at_once)
{
    struct got got = asked_first(set_up_patient(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    assert_string_equal(outcome(scene.one),
                        "name server 127.0.0.5:53 over TCP: Connection refused");
    assert_at_once();
}

TEST_WITH(upstream, a_silent_stream_costs_no_more_than_its_share_of_the_time)
{
    struct got got = asked_first(set_up(1));
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    fd = accept_stream(listener);
    turn_until(scene.loop, &scene.one->done, 1);
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
    assert_null(scene.one->result.reply);
    outcome(scene.one);
    close(fd);
    close(listener);
}

TEST_WITH(upstream, use_vc_asks_over_tcp_from_the_start)
{
    int listener = server_open("127.0.0.5", SOCK_STREAM), fd;
    struct got got;

    ask_first(set_up_options(1, "use-vc timeout:1"));
    fd = accept_stream(listener);
    got = stream_asked(fd);
    stream_reply(fd, &got, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene.one), "1");
    while (!server_is_idle(scene.udp[0])) {
        got = server_receive(scene.udp[0]);
        assert_true(is_loop_check(&got));
    }
    close(fd);
    close(listener);
}

/* Other options. */

TEST_WITH(upstream, rotate_begins_with_each_server_in_turn)
{
    set_up_options(2, "rotate timeout:1");
    for (int i = 0; i < 4; i++) {
        struct got got;

        ask_first(&scene);
        got = server_asked(scene.udp[i % 2]);
        server_reply(scene.udp[i % 2], &got, REPLY_FLAGS, (uint8_t)(i + 1));
        assert_int_equal(atoi(outcome(scene.one)), i + 1);
    }
}

TEST_WITH(upstream, trust_ad_sets_ad)
{
    struct got got = asked_first(set_up_options(1, "trust-ad timeout:1"));

    assert_int_equal(got.wire[3] & 0x20, 0x20);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene.one);
}

TEST_WITH(upstream, a_changed_resolv_conf_is_used_for_the_next_question)
{
    struct got got;

    set_up(1);
    close(scene.udp[0]);
    scene.udp[0] = server_open("127.0.0.8", SOCK_DGRAM);
    etc_write("resolv.conf", "nameserver 127.0.0.8\noptions timeout:1 attempts:1\n");
    ask_first(&scene);
    got = server_asked(scene.udp[0]);
    is_answered_by(0, &got);
}

/* Loops. */

static void be_at_127_0_0_5(struct addr *own)
{
    assert_true(addr_parse(own, "127.0.0.5", 53));
    upstream_free(scene.upstream);
    scene.upstream = upstream_new(scene.loop, own, 1, MOST);
    assert_non_null(scene.upstream);
}

TEST_WITH(upstream, our_own_address_is_never_asked)
{
    struct addr own;

    set_up(1);
    be_at_127_0_0_5(&own);
    ask_first(&scene);
    assert_int_equal(scene.one->done, 1);
    assert_string_equal(outcome(scene.one),
                        "loop: name server 127.0.0.5:53 leads back to this server");
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, beside_our_own_address_the_others_are_asked)
{
    struct addr own;
    struct got got;

    set_up(2);
    be_at_127_0_0_5(&own);
    ask_first(&scene);
    got = server_asked(scene.udp[1]);
    is_answered_by(1, &got);
    assert_true(server_is_idle(scene.udp[0]));
}

static struct question question_in(const struct got *got)
{
    struct reader in = reader_of(got->wire, got->len);
    struct question question = {0};
    const uint8_t *name;
    size_t len;

    in.pos = 12;
    assert_true(name_get(&in, &name, &len) && get_u16(&in, &question.type));
    memcpy(question.name, name, len);
    question.name_len = (uint8_t)len;
    return question;
}

/* The loop check that a server gets before a question. */
static struct question check_at(int server)
{
    struct got got = server_receive(server);

    assert_true(is_loop_check(&got));
    return question_in(&got);
}

TEST_WITH(upstream, a_loop_check_that_comes_back_ends_what_waits)
{
    struct question check;
    struct asked *later;

    ask_first(set_up(1));
    check = check_at(scene.udp[0]);
    assert_int_equal(scene.one->done, 0);
    assert_true(upstream_is_own_check(scene.upstream, &check));
    assert_string_equal(outcome(scene.one),
                        "loop: name server 127.0.0.5:53 leads back to this server");
    later = ask("later.example");
    assert_int_equal(later->done, 1);
    outcome(later);
}

TEST_WITH(upstream, another_question_is_no_loop_check)
{
    struct question question = question_of("0123456789abcdef.hostdns-loop-check", "A");
    struct got got;

    ask_first(set_up(1));
    got = server_asked(scene.udp[0]);
    assert_false(upstream_is_own_check(scene.upstream, &question));
    question = question_of("www.example", "A");
    assert_false(upstream_is_own_check(scene.upstream, &question));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_server_is_checked_once_for_many_questions)
{
    struct asked *asks[5];
    int checks = 0, questions = 0;

    set_up(1);
    for (int i = 0; i < 5; i++)
        asks[i] = ask("www.example");
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);
        bool is_check = is_loop_check(&got);

        checks += is_check;
        questions += !is_check;
        server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    }
    assert_int_equal(checks, 1);
    assert_int_equal(questions, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(outcome(asks[i]), "1");
}

/* Loops by domain. */

/* The next packet to a server, whatever it asks. */
static struct got next_at(int server)
{
    turn_until_readable(scene.loop, server);
    return server_receive(server);
}

static struct got check_below(const char *name, int server)
{
    struct question below = question_of(name, "A");
    struct got got = next_at(server);
    struct question question = question_in(&got);

    assert_true(is_loop_check(&got));
    assert_true(name_apex_at(question.name, question.name_len, below.name, below.name_len) >
                0);
    return got;
}

/* The server asks us what it has been asked. */
static void comes_back(const struct got *got)
{
    struct question question = question_in(got);

    assert_true(upstream_is_own_check(scene.upstream, &question));
}

static void assert_denied(struct asked *ask)
{
    turn_until(scene.loop, &ask->done, 1);
    assert_true(ask->result.is_denial);
    assert_string_equal(ask->result.failure,
                        "loop: name server 127.0.0.5:53 asks this server for it");
    assert_string_equal(outcome(ask), "NXDOMAIN");
}

/* The first of so many servers sends us office. That costs a check once the question has
 * waited for a moment. Returns the question. */
static struct got set_up_loop(int servers)
{
    struct got got;

    set_up_patient(servers);
    scene.one = ask("a.office");
    for (int i = 1; i < servers; i++)
        check_at(scene.udp[i]); /* for all names */
    got = server_asked(scene.udp[0]);
    comes_back((struct got[]){check_below("a.office", scene.udp[0])});
    return got;
}

TEST_WITH(upstream, a_name_that_comes_back_does_not_exist)
{
    set_up_loop(1);
    assert_denied(scene.one);
}

/* What the server knows by itself would come at once. */
TEST_WITH(upstream, the_next_name_is_asked_and_soon_checked)
{
    struct asked *next;
    struct got check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("b.office");
    check = next_at(scene.udp[0]);
    assert_false(is_loop_check(&check));
    check = check_below("b.office", scene.udp[0]);
    comes_back(&check);
    assert_denied(next);
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    turn(scene.loop);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_name_whose_check_is_answered_gets_its_own_reply)
{
    struct asked *next;
    struct got question, check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("a.sub.office");
    question = next_at(scene.udp[0]);
    check = check_below("a.sub.office", scene.udp[0]);
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    server_reply(scene.udp[0], &question, REPLY_FLAGS, 7);
    assert_string_equal(outcome(next), "7");
}

/* The reply is there before the check comes back, but has not been read. */
TEST_WITH(upstream, what_the_server_knows_by_itself_counts_though_the_check_comes_back)
{
    struct asked *next;
    struct got question, check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("own.office");
    question = next_at(scene.udp[0]);
    check = check_below("own.office", scene.udp[0]);
    server_reply(scene.udp[0], &question, REPLY_FLAGS, 7);
    comes_back(&check);
    assert_string_equal(outcome(next), "7");
}

/* The first server's reply, which it has from us, comes before. */
TEST_WITH(upstream, another_server_is_asked_and_has_the_last_word)
{
    struct got first = set_up_loop(2), got = next_at(scene.udp[1]);

    server_reply(scene.udp[0], &first, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    turn(scene.loop);
    is_answered_by(1, &got);
}

TEST_WITH(upstream, a_name_that_comes_back_from_one_server_and_fails_at_another_has_failed)
{
    struct got got;

    set_up_loop(2);
    got = next_at(scene.udp[1]);
    server_reply(scene.udp[1], &got, REPLY_FLAGS | RCODE_REFUSED, 0);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.6:53 says REFUSED");
}

TEST_WITH(upstream, other_names_are_asked_as_ever)
{
    struct got got;

    set_up_loop(1);
    assert_denied(scene.one);
    ask_first(&scene);
    got = next_at(scene.udp[0]);
    assert_false(is_loop_check(&got));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, what_waits_with_a_name_that_comes_back_is_checked_or_ends)
{
    struct asked *same, *other;

    set_up_patient(1);
    scene.one = ask("a.b.office");
    server_asked(scene.udp[0]);
    same = ask("a.b.office");
    other = ask("c.b.office");
    server_asked(scene.udp[0]);
    server_asked(scene.udp[0]);
    comes_back((struct got[]){check_below("a.b.office", scene.udp[0])});
    assert_denied(scene.one);
    assert_denied(same);
    comes_back((struct got[]){check_below("c.b.office", scene.udp[0])});
    assert_denied(other);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, names_of_one_domain_that_hang_are_checked_once)
{
    struct asked *asks[5];
    char name[32];
    int checks = 0;

    set_up(1);
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "n%d.hangs.example", i);
        asks[i] = ask(name);
    }
    for (int i = 0; i < 5; i++)
        assert_string_equal(outcome(asks[i]), "name server 127.0.0.5:53 does not answer");
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);

        checks += is_loop_check(&got);
    }
    assert_int_equal(checks, 2); /* one of them for all names */
}

/* Memory too: the address sanitizer tells. */
TEST_WITH(upstream, freeing_ends_loop_checks_under_way)
{
    int before = dup(STDIN_FILENO), after;
    struct got got;

    close(before); /* the lowest number that is free */
    ask_first(set_up(1));
    check_at(scene.udp[0]); /* nobody answers it */
    got = server_receive(scene.udp[0]);
    is_answered_by(0, &got);
    take_down();
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

TEST(nothing_may_be_freed)
{
    upstream_free(NULL);
}

/* Many at once. */

TEST_WITH(upstream, a_thousand_questions_that_hang_need_few_sockets)
{
    struct asked *asks[1000];
    int before = dup(STDIN_FILENO), after;
    char name[32];

    set_up(1);
    close(before);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d.example", i);
        asks[i] = ask(name);
    }
    after = dup(STDIN_FILENO);
    close(after);
    assert_in_range(after - before, 1, 500);
    for (int i = 0; i < 1000; i++)
        assert_string_equal(outcome(asks[i]), "name server 127.0.0.5:53 does not answer");
}

/* What is logged of loops would look like a failure of the test. */
static void be_quiet(void)
{
    log_open("test", LOG_LEVEL_ERROR);
}

/* More than there may be. */

enum { CROWD = MOST + 1 };

static struct asked *crowd[CROWD];

static void drop_crowd(void)
{
    upstream_free(scene.upstream);
    scene.upstream = NULL;
    for (int i = 0; i < CROWD && crowd[i]; i++) {
        free(crowd[i]->result.reply);
        free(crowd[i]);
        crowd[i] = NULL;
    }
    tear_down();
}

FIXTURE(crowd, NULL, drop_crowd);

/* The crowd's members from one on, as many as there are to be. Nobody answers them. */
static void ask_crowd(int from, int count)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\noptions timeout:5 attempts:1\n");
    for (int i = from; i < count; i++)
        crowd[i] = ask("www.example");
}

static void assert_one_gives_way(int which, const char *why)
{
    turn_until(scene.loop, &crowd[which]->done, 1);
    turn(scene.loop);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i]->done, i == which);
    assert_string_equal(crowd[which]->result.failure, why);
}

TEST_WITH(crowd, as_many_as_there_may_be_all_wait)
{
    set_up(0);
    ask_crowd(0, MOST);
    turn(scene.loop);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(crowd[i]->done, 0);
}

TEST_WITH(crowd, of_more_the_oldest_gives_way)
{
    set_up(0);
    ask_crowd(0, CROWD);
    assert_one_gives_way(0, "too many questions wait for name servers");
}

/* The second one's first server may still answer, but there is nobody left to ask. */
TEST_WITH(crowd, one_that_has_had_all_its_turns_gives_way_before_it)
{
    struct got first, second;

    set_up_options(2, "timeout:2 attempts:1");
    ask_crowd(0, 1);
    etc_write("resolv.conf", "nameserver 127.0.0.5\nnameserver 127.0.0.6\n"
                             "options timeout:2 attempts:1\n");
    crowd[1] = ask("www.example");
    miss_a_turn(&first, &second);
    server_reply(scene.udp[1], &second, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    turn(scene.loop);
    ask_crowd(2, CROWD);
    assert_one_gives_way(1, "name server 127.0.0.6:53 says SERVFAIL");
}

/* The other one that waits for the same server goes on. */
TEST_WITH(upstream, nothing_comes_of_a_question_that_is_cancelled)
{
    struct asked *cancelled;
    struct got got[2];

    set_up(1);
    cancelled = ask("cancelled.example");
    got[0] = server_asked(scene.udp[0]);
    ask_first(&scene);
    got[1] = server_asked(scene.udp[0]);
    upstream_cancel(&cancelled->result);
    upstream_cancel(&cancelled->result);
    server_reply(scene.udp[0], &got[0], REPLY_FLAGS, 2);
    is_answered_by(0, &got[1]);
    assert_int_equal(cancelled->done, 0);
    assert_null(cancelled->result.reply);
    free(cancelled);
}

TEST_WITH(upstream, a_question_that_is_complete_cannot_be_cancelled)
{
    struct got got = asked_first(set_up(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    turn_until(scene.loop, &scene.one->done, 1);
    upstream_cancel(&scene.one->result);
    assert_string_equal(outcome(scene.one), "1");
}

TEST_WITH(upstream, a_question_over_tcp_may_be_cancelled)
{
    struct asked *cancelled;

    set_up_options(1, "timeout:4 attempts:1 use-vc");
    cancelled = ask("tcp.example");
    upstream_cancel(&cancelled->result);
    turn(scene.loop);
    assert_int_equal(cancelled->done, 0);
    free(cancelled);
}

TEST_WITH(crowd, who_is_cancelled_makes_room)
{
    set_up(0);
    ask_crowd(0, MOST);
    upstream_cancel(&crowd[7]->result);
    ask_crowd(MOST, CROWD);
    turn(scene.loop);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i]->done, 0);
}

GROUP(be_quiet, NULL);
