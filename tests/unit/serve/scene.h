/*
 * Flights between real clients and a lookup process that the test plays: it has the other
 * end of the channel. What is sent is there at once, so one turn of the loop sees all there
 * is. Meanwhile the clock stands still.
 */
#pragma once

#include "../still_clock.h"
#include "../turn.h"
#include "clients.h"

#include "base/counters.h"
#include "serve/flights.h"
#include "serve/pending.h"

enum { CLIENTS = 3 };

struct scene {
    struct loop *loop;
    struct serve_config config;
    struct cache *cache;
    struct flights *flights;
    struct channel channel; /* left: the flights'; right: the lookup process's */
    int server;
    int clients[CLIENTS];
    struct addr addrs[CLIENTS];
};

static struct scene scene; /* of the case that runs */

static const struct cache_config no_cache = {.bytes = 0, .max_ttl = 86400};
static const struct cache_config some_cache = {.bytes = 1 << 20, .max_ttl = 86400};
static const struct cache_config stale_cache = {
    .bytes = 1 << 20, .max_ttl = 86400, .stale = 3600};

static inline void scene_open(struct scene *one, const struct cache_config *cache)
{
    struct addr unused;

    forget_questions();
    clock_stop();
    one->loop = loop_new();
    assert_non_null(one->loop);
    assert_int_equal(channel_open(&one->channel), 0);
    one->config = plain_config;
    one->config.cache = *cache;
    one->cache = cache_new(cache);
    assert_non_null(one->cache);
    one->flights =
        flights_new(&one->config, one->loop, one->channel.left, one->cache, NULL);
    assert_non_null(one->flights);
    one->server = udp_socket(&unused);
    for (int i = 0; i < CLIENTS; i++)
        one->clients[i] = udp_socket(&one->addrs[i]);
}

static inline void scene_close(struct scene *one)
{
    clock_go_on();
    flights_free(one->flights);
    cache_free(one->cache);
    loop_free(one->loop);
    channel_close(&one->channel);
    close(one->server);
    for (int i = 0; i < CLIENTS; i++)
        close(one->clients[i]);
}

static inline void set_up(void)
{
    scene_open(&scene, &no_cache);
}

static inline void set_up_with_stale(void)
{
    scene_open(&scene, &stale_cache);
}

static inline void set_up_with_cache(void)
{
    scene_open(&scene, &some_cache);
}

static inline void tear_down(void)
{
    scene_close(&scene);
}

FIXTURE(flights, set_up, tear_down);
FIXTURE(cached, set_up_with_cache, tear_down);
FIXTURE(stale, set_up_with_stale, tear_down);

static inline struct query query_from(int client, uint16_t id, const char *name,
                                      const char *type)
{
    return (struct query){
        .request = {.id = id,
                    .has_question = true,
                    .class = CLASS_IN,
                    .question = question_of(name, type),
                    .has_edns = true,
                    .edns_size = 1232},
        .fd = scene.server,
        .path = {.peer = scene.addrs[client]},
        .config = &plain_config,
        .received = clock_ms(),
        .received_us = clock_us(),
    };
}

static inline void ask(int client, uint16_t id, const char *name, const char *type)
{
    struct query query = query_from(client, id, name, type);

    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
}

/* Asks as if it were so long from now. */
static inline void ask_later(int client, int64_t later, const char *name)
{
    struct query query = query_from(client, 1, name, "A");

    query.received += later;
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
}

/* Or as if that had been so long ago. */
static inline void ask_ago(int client, int64_t ago, const char *name)
{
    ask_later(client, -ago, name);
}

/* The first client has waited for www.example A as long as it may. */
static inline void ask_in_vain(void)
{
    ask_ago(0, DEADLINE_MS, "www.example.");
    turn(scene.loop);
}

/* The lookup process's end of the channel. */
static inline int lookup(void)
{
    return scene.channel.right;
}

/* It answers with 192.0.2.1. */
static inline void answer(const struct asked *asked, uint32_t ttl)
{
    answer_asked(lookup(), asked, ttl);
    turn(scene.loop);
}

/* The next question. */
static inline void answer_next(uint32_t ttl)
{
    struct asked asked = next_asked(lookup());

    answer(&asked, ttl);
}

static inline void fail_next(enum ede ede)
{
    struct asked asked = next_asked(lookup());

    fail_asked_because(lookup(), &asked, ede);
    turn(scene.loop);
}

/* An answer that nobody has asked for. */
static inline struct asked news_about(const char *name, const char *type)
{
    return (struct asked){.id = MESSAGE_UNSOLICITED | 7,
                          .question = question_of(name, type)};
}

#define WWW_ADDRESS "NOERROR\nwww.example. 10 A 192.0.2.1\n"

#define assert_next_asked(text)                                                            \
    do {                                                                                   \
        struct asked next = next_asked(lookup());                                          \
        assert_string_equal(asked_text(&next), text);                                      \
    } while (0)

#define assert_nothing_asked() assert_true(nothing_asked(lookup()))

/* What a client gets, or that it gets nothing. */
#define heard(client)         receive_text(scene.clients[client])
#define assert_silent(client) assert_true(nothing_came(scene.clients[client]))

/* The channel takes no more. */
static inline void fill_channel(void)
{
    int size = 1; /* the kernel makes its least of it */

    assert_int_equal(
        setsockopt(scene.channel.left, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    while (channel_send(scene.channel.left, "full", 4, CHANNEL_TRY) == CHANNEL_DONE)
        ;
}

static inline void empty_channel(void)
{
    for (char byte; !nothing_asked(lookup());)
        assert_int_equal(recv(lookup(), &byte, 1, 0), 1);
}

/* Lookup has taken a question up. */
static inline void take_up(const struct asked *asked)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct bundle bundle = {.len = 0};

    message_put_id(asked->id, message);
    assert_true(bundle_add(&bundle, message, sizeof message));
    assert_int_equal(bundle_send(&bundle, lookup(), CHANNEL_BLOCK), CHANNEL_DONE);
    turn(scene.loop);
}

/* One client asks for 0.example., 1.example., ...: as many as may be sent before lookup
 * takes any up. Returns the first. */
static inline struct asked fill_ahead(void)
{
    struct asked first;
    char name[32];

    for (int i = 0; i < CLIENTS_AHEAD; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, (uint16_t)i, name, "A");
    }
    first = next_asked(lookup());
    for (int i = 1; i < CLIENTS_AHEAD; i++)
        next_asked(lookup());
    return first;
}

static inline void ask_from(const char *address, const char *name)
{
    struct query query = query_from(1, 1, name, "A");

    assert_true(addr_parse(&query.path.peer, address, 9));
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
}

/* The first client asks for so many names. */
static inline void ask_many(int count)
{
    char name[32];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, (uint16_t)i, name, "A");
    }
}
