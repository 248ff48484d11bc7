/*
 * The serve process in a thread, with real sockets on all sides. The test has
 * the supervisor's and the lookup process's ends of its channels.
 */
#pragma once

#include "clients.h"

#include "net/listen.h"
#include "serve/serve.h"

#include <pthread.h>

enum { LISTENERS = 2 };

static struct scene {
    struct listener listeners[LISTENERS];
    struct serve_config config;
    struct channel lookup, supervisor; /* left: the serve process's; right: the test's */
    pthread_t thread;
    bool runs;
    int result;
    int client;
    struct addr client_addr;
} scene;

/* Filters would stay with the whole test. */
static inline void stay_free(void)
{
}

static inline void *run(void *context)
{
    scene.result = serve_run(&scene.config, scene.lookup.left, scene.supervisor.left);
    return context;
}

static inline void set_up_with(unsigned udp_size)
{
    struct addr any;

    assert_true(addr_parse(&any, "127.0.0.1:0", 0));
    for (int i = 0; i < LISTENERS; i++)
        assert_int_equal(listener_open(&scene.listeners[i], &any), 0);
    scene.config = (struct serve_config){
        .listeners = scene.listeners,
        .listener_count = LISTENERS,
        .udp_size = udp_size,
        .cache = {.max_ttl = 86400},
        .policy = {.allow = EVERYBODY, .allow_count = 1},
        .tcp_clients = 100,
        .tcp_per_client = 100,
        .per_client = 10000,
        .timeout = 4400,
        .tcp_idle = 60,
        .confine = stay_free,
    };
    forget_questions();
    assert_int_equal(channel_open(&scene.lookup), 0);
    assert_int_equal(channel_open(&scene.supervisor), 0);
    scene.client = udp_socket(&scene.client_addr);
    scene.result = 42;
    assert_int_equal(pthread_create(&scene.thread, NULL, run, NULL), 0);
    scene.runs = true;
}

static inline void set_up(void)
{
    set_up_with(1232);
}

/* Waits until it ends by itself; what serve_run returned. */
static inline int wait_for_end(void)
{
    pthread_join(scene.thread, NULL);
    scene.runs = false;
    return scene.result;
}

/* Takes the supervisor away; what serve_run returned. */
static inline int shut_down(void)
{
    if (!scene.runs)
        return scene.result;
    channel_close_end(&scene.supervisor.right);
    return wait_for_end();
}

static inline void tear_down(void)
{
    shut_down();
    channel_close(&scene.lookup);
    channel_close(&scene.supervisor);
    for (int i = 0; i < LISTENERS; i++)
        listener_close(&scene.listeners[i]);
    close(scene.client);
}

FIXTURE(server, set_up, tear_down);
FIXTURE(own_size, NULL, tear_down); /* for a test that calls set_up_with itself */

static inline void send_wire(int from, const void *wire, size_t len)
{
    const struct addr *to = &scene.listeners[0].addr;

    assert_int_equal(sendto(from, wire, len, 0, &to->sock.any, to->len), len);
}

/* A query as hostdns would send it, with this id. */
static inline struct ask ask_of(uint16_t id, const char *name, const char *type)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, name, type_from_text(type), &(struct ask_form){0}), 0);
    ask.wire[0] = (uint8_t)(id >> 8);
    ask.wire[1] = (uint8_t)id;
    return ask;
}

static inline void ask(uint16_t id, const char *name, const char *type)
{
    struct ask query = ask_of(id, name, type);

    send_wire(scene.client, query.wire, query.size);
}

static inline int lookup(void)
{
    return scene.lookup.right;
}

/* What is dropped gets no reply, so the next question's is the first to come. */
static inline void assert_next_is_answered_first(void)
{
    ask(99, "example.", "AXFR");
    assert_int_equal(reply_id(receive(scene.client)), 99);
    assert_true(nothing_asked(lookup()));
}
