#include "serve/datagrams.h"

#include <poll.h>

#include "base/clock.h"
#include "dns/request.h"
#include "serve/client_tap.h"

/* A datagram from the address of our own socket is forged, to make us talk to ourselves. */
static bool is_own_address(const struct udp_listener *listener, const struct udp_path *path)
{
    const struct serve_config *config = listener->datagrams->config;
    struct addr local = path->local;

    for (size_t i = 0; i < config->listener_count; i++)
        if (addr_equal(&config->listeners[i].addr, &path->peer))
            return true;
    if (local.len == 0)
        return false;
    addr_set_port(&local, addr_port(&listener->addr));
    return addr_equal(&local, &path->peer);
}

static void take_slow_path(const struct udp_listener *listener, const uint8_t *wire,
                           size_t len, const struct udp_path *path, int64_t now_us)
{
    struct query query = {.fd = listener->fd,
                          .at = &listener->addr,
                          .config = listener->datagrams->config,
                          .path = *path,
                          .received = now_us / 1000,
                          .received_us = now_us};

    handler_request(listener->datagrams->handler, &query, wire, len);
    query_end(&query);
}

static void handle_datagram(const struct udp_listener *listener, size_t i, int64_t now_us)
{
    struct datagrams *datagrams = listener->datagrams;
    uint8_t *out = udp_send_batch_room(datagrams->replies);
    const struct udp_path *path;
    const uint8_t *wire;
    size_t len, reply;

    wire = udp_batch_datagram(datagrams->received, i, &len, &path);
    if (!wire || is_own_address(listener, path))
        return;
    reply =
        fastpath_reply(&datagrams->fastpath, wire, len, &path->peer, now_us / 1000, out);
    if (reply == 0) {
        take_slow_path(listener, wire, len, path, now_us);
        return;
    }
    if (tap_is_on())
        client_tap_answered(&listener->addr, path, wire, len, out, reply);
    udp_send_batch_add(datagrams->replies, path, reply);
}

/* While a batch is full there may be more datagrams, and poll() would say nothing else. */
static void socket_ready(void *context, short revents)
{
    const struct udp_listener *listener = context;
    struct datagrams *datagrams = listener->datagrams;
    size_t count = UDP_BATCH;

    (void)revents; /* reading tells errors as well */
    for (int left = LOOP_BUDGET; left > 0 && count == UDP_BATCH; left -= UDP_BATCH) {
        int64_t now_us = clock_us();

        count = udp_batch_receive(datagrams->received, listener->fd);
        for (size_t j = 0; j < count; j++)
            handle_datagram(listener, j, now_us);
        udp_send_batch_flush(datagrams->replies, listener->fd);
        flights_send(datagrams->fastpath.flights);
    }
}

bool datagrams_open(struct datagrams *datagrams)
{
    datagrams->received = udp_batch_new(REQUEST_UDP_MAX);
    datagrams->replies = udp_send_batch_new();
    return datagrams->received && datagrams->replies;
}

void datagrams_close(struct datagrams *datagrams)
{
    udp_batch_free(datagrams->received);
    udp_send_batch_free(datagrams->replies);
}

bool datagrams_listen(struct datagrams *datagrams, int fd, const struct addr *addr)
{
    struct udp_listener *listener = &datagrams->listeners[datagrams->listener_count];

    if (datagrams->listener_count == LISTENERS_MAX)
        return false;
    *listener = (struct udp_listener){.datagrams = datagrams, .fd = fd, .addr = *addr};
    listener->watch = loop_watch(datagrams->loop, fd, POLLIN, socket_ready, listener);
    if (!listener->watch)
        return false;
    datagrams->listener_count++;
    return true;
}

void datagrams_stop(struct datagrams *datagrams)
{
    for (size_t i = 0; i < datagrams->listener_count; i++) {
        loop_unwatch(datagrams->loop, datagrams->listeners[i].watch);
        datagrams->listeners[i].watch = NULL;
    }
}
