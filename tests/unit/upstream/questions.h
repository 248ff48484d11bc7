/* Questions to name servers that the case plays at 127.0.0.5, .6 and .7, to the lab's
 * silent server at 127.0.0.3, and to its closed port at 127.0.0.9. */
#pragma once

#include "../servers.h"

#include "base/counters.h"
#include "base/log.h"
#include "upstream/upstream.h"
#include "upstream/upstream_query.h"

enum {
    SERVERS = 3,
    MOST = 1000,       /* questions under way */
    AT_ONCE_MS = 3500, /* less than a turn of a case that expects something at once */
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

static inline void note_done(void *owner)
{
    struct asked *asked = owner;

    asked->done++;
}

/* Opens this number of servers, from 127.0.0.5 on, and writes resolv.conf. */
static inline struct scene *set_up_with(int servers, const char *text)
{
    char address[32];

    etc_write("resolv.conf", text);
    scene.loop = loop_new();
    assert_non_null(scene.loop);
    scene.upstream = upstream_new(
        scene.loop, &(struct upstream_config){.most = MOST, .mixed_case = true});
    assert_non_null(scene.upstream);
    for (int i = 0; i < servers; i++) {
        snprintf(address, sizeof address, "127.0.0.%d", 5 + i);
        scene.udp[i] = server_open(address, SOCK_DGRAM);
    }
    return &scene;
}

/* resolv.conf names these servers, and has these options. */
static inline struct scene *set_up_options(int servers, const char *options)
{
    char text[256] = "";

    for (int i = 0; i < servers; i++)
        sprintf(text + strlen(text), "nameserver 127.0.0.%d\n", 5 + i);
    sprintf(text + strlen(text), "options %s\n", options);
    return set_up_with(servers, text);
}

/* A turn lasts for a second. */
static inline struct scene *set_up(int servers)
{
    return set_up_options(servers, "timeout:1 attempts:1");
}

/* A turn lasts longer than anything that happens at once. */
static inline struct scene *set_up_patient(int servers)
{
    return set_up_options(servers, "timeout:4 attempts:1");
}

/* Loop checks may still be under way. */
static inline void take_down(void)
{
    upstream_free(scene.upstream);
    loop_free(scene.loop);
    for (int i = 0; i < SERVERS; i++)
        if (scene.udp[i] > 0)
            close(scene.udp[i]);
    memset(&scene, 0, sizeof scene);
}

static inline void tear_down(void)
{
    take_down();
    lab_restore();
}

FIXTURE(upstream, NULL, tear_down);

/* From now on the first server counts as one on another host, until resolv.conf changes. */
static inline struct infra_server *move_elsewhere(void)
{
    struct infra_server *server;
    struct resolv_conf conf;

    assert_int_equal(resolv_conf_read(&conf), 0);
    scene.upstream->edition = conf.edition;
    server = infra_get(scene.upstream->infra, &conf.servers[0]);
    server->place = PLACE_ELSEWHERE;
    return server;
}

static inline void assert_at_once(void)
{
    assert_in_range(clock_ms() - scene.begun, 0, AT_ONCE_MS);
}

static inline struct asked *ask_flags(const char *name, unsigned flags)
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

static inline struct asked *ask(const char *name)
{
    return ask_flags(name, 0);
}

/* Waits for the outcome and frees the question: an RCODE, the last octet of an address,
 * or the failure. */
static inline const char *outcome(struct asked *ask)
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
static inline void ask_first(struct scene *at)
{
    at->begun = clock_ms();
    at->one = ask("www.example");
}

/* Asks it, and receives the query at the first server. */
static inline struct got asked_first(struct scene *at)
{
    ask_first(at);
    return server_asked(at->udp[0]);
}

/* Server N says 192.0.2.N+1, and that is the outcome. */
static inline void is_answered_by(int server, const struct got *got)
{
    char address[16];

    snprintf(address, sizeof address, "%d", server + 1);
    server_reply(scene.udp[server], got, REPLY_FLAGS, (uint8_t)(server + 1));
    assert_string_equal(outcome(scene.one), address);
}

/* True if the query has an OPT record. */
static inline bool has_opt(const struct got *got)
{
    return got->len > question_end(got);
}

/* Server N is asked, with or without EDNS, and its answer is the outcome. */
static inline void is_asked_and_answers(int server, bool edns)
{
    struct got got = turn_until_asked(scene.loop, scene.udp[server]);

    assert_int_equal(has_opt(&got), edns);
    is_answered_by(server, &got);
}

/* The next question goes to server N at once. */
static inline void next_is_answered_by(int server, bool edns)
{
    struct got got;

    ask_first(&scene);
    got = server_asked(scene.udp[server]);
    assert_int_equal(has_opt(&got), edns);
    is_answered_by(server, &got);
}

/* Server N replies with this RCODE to the query, and to the one without EDNS that
 * follows. */
static inline void refuse(int server, const struct got *got, unsigned rcode)
{
    struct got plain;

    server_reply(scene.udp[server], got, REPLY_FLAGS | rcode, 0);
    plain = turn_until_asked(scene.loop, scene.udp[server]);
    assert_false(has_opt(&plain));
    server_reply(scene.udp[server], &plain, REPLY_FLAGS | rcode, 0);
}

/* The first server does not reply to the query with EDNS, and replies to the one
 * without. */
static inline void answer_plainly(void)
{
    struct got got = server_asked(scene.udp[0]);

    assert_true(has_opt(&got));
    is_asked_and_answers(0, false);
}

/* Receives the query at the first server, lets its turn end, and receives the one at the
 * second. */
static inline void miss_a_turn(struct got *first, struct got *second)
{
    *first = server_asked(scene.udp[0]);
    do {
        turn_until_readable(scene.loop, scene.udp[1]);
        *second = server_receive(scene.udp[1]);
    } while (is_loop_check(second));
}

/* The only server is on another host, as far as we know. It has answered one question, so
 * it has no loop check any more. */
static inline struct infra_server *set_up_elsewhere(void)
{
    set_up_patient(1);
    next_is_answered_by(0, true);
    return move_elsewhere();
}
