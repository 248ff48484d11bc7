/*
 * Serve's own way of a datagram, from the handler to the reply, without sockets: what it
 * would send to the client and to lookup is kept, and lookup's answer is what the target
 * says.
 */
#pragma once

#include "clock.h"
#include "turn.h"

#include "base/log.h"
#include "channel/bundle.h"
#include "serve/fastpath.h"
#include "serve/handler.h"

static const struct local_data local = {.ttl = 10, .negative_ttl = 10};
static struct serve_config config = {
    .udp_size = 1232,
    .per_client = 8,
    .timeout = 4400,
    .policy = {.special = {.local = &local}},
};
static struct cache *cache;
static struct flights *flights;
static struct handler handler = {.config = &config};
static struct addr client;

/* The reply that has left last; no octets if none has. */
static uint8_t sent[65535];
static size_t sent_len;

/* What lookup has been asked last, and what it answers next; empty if nothing. */
static struct bundle asked, answered;

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    (void)fd;
    (void)flags;
    sent_len = message->msg_iov->iov_len;
    memcpy(sent, message->msg_iov->iov_base, sent_len);
    return (ssize_t)sent_len;
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
    (void)fd;
    (void)flags;
    memcpy(asked.octets, data, len);
    asked.len = len;
    asked.read = 0;
    return (ssize_t)len;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    size_t len = answered.len;

    (void)fd;
    (void)flags;
    errno = EAGAIN;
    if (len == 0)
        return -1;
    must(len <= message->msg_iov->iov_len);
    memcpy(message->msg_iov->iov_base, answered.octets, len);
    answered.len = 0;
    return (ssize_t)len;
}

/* The channel to lookup is always ready to be read. */
static inline void serve_begin(void)
{
    int channel;

    log_open("hostdnsd", LOG_LEVEL_ERROR);
    must(addr_parse(&client, "192.0.2.7", 4242));
    must(prefix_parse(&config.policy.allow[0], "192.0.2.0/24"));
    config.policy.allow_count = 1;
    config.cache = (struct cache_config){.bytes = 1 << 20, .max_ttl = 86400};
    channel = turn_begin();
    cache = cache_new(&config.cache);
    must(cache);
    flights = flights_new(&config, loop, channel, cache, NULL);
    must(flights);
    handler.flights = flights;
}

/* False if the datagram is dropped. */
static inline bool serve_take(struct query *query, const uint8_t *data, size_t size)
{
    bool done;

    *query = (struct query){.config = &config,
                            .at = &client,
                            .path = {.peer = client},
                            .received = clock_ms(),
                            .received_us = clock_us()};
    sent_len = 0;
    done = handler_request(&handler, query, data, size);
    query_end(query);
    return done;
}
