/*
 * On the ports of DNS everything counts as DNS. On other ports only messages that can be
 * read to their end do; a connection that does not begin with one is ignored.
 */
#include "client/packet.h"

#include "base/list.h"
#include "base/table.h"
#include "base/xalloc.h"
#include "client/tcp_stream.h"
#include "dns/received.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DNS_PORT = 53, MDNS_PORT = 5353, WHEN_MAX = 64, ABOUT_MAX = 256 };

/* One direction of a TCP connection. */
struct connection {
    struct table_link link;
    struct list all;
    struct frame_ends key;
    struct tcp_stream stream;
    bool is_dns;   /* by its port, or by its first message */
    bool is_other; /* what comes is ignored */
};

struct packets {
    const struct sink *sink; /* borrowed */
    struct table connections;
    struct list all; /* of them, in the order in which they began */
    /* The frame that is being read, for callbacks; NULL at the end. */
    const struct frame *frame;
    struct connection *connection;
    uint32_t unknown_link;
    size_t unknown; /* packets on links that are not known */
};

static bool is_key(struct table_link *link, const void *key)
{
    const struct connection *connection = table_item(link, struct connection, link);

    return memcmp(&connection->key, key, sizeof connection->key) == 0;
}

struct packets *packets_new(const struct sink *sink)
{
    struct packets *packets = xcalloc(1, sizeof *packets);

    if (table_init(&packets->connections, is_key) != 0)
        abort(); /* the kernel has no random octets */
    packets->sink = sink;
    list_init(&packets->all);
    return packets;
}

/* True if it can be read to its end. */
static bool is_message(const uint8_t *wire, size_t size)
{
    struct received message;
    bool is_whole;

    if (size < WIRE_HEADER)
        return false;
    is_whole = received_parse(&message, wire, size) == 0 && message.is_whole &&
               message.counts[0] == 1;
    received_free(&message);
    return is_whole;
}

static void format_time(const struct frame_time *time, char text[static WHEN_MAX])
{
    time_t seconds = (time_t)time->seconds;
    struct tm utc;
    size_t len;

    *text = '\0';
    if (!time->is_known || !gmtime_r(&seconds, &utc))
        return;
    len = strftime(text, WHEN_MAX / 2, "%Y-%m-%d %H:%M:%S", &utc);
    if (time->has_nanoseconds)
        snprintf(text + len, WHEN_MAX - len, ".%09u UTC ", time->nanoseconds);
    else
        snprintf(text + len, WHEN_MAX - len, ".%06u UTC ", time->nanoseconds / 1000);
}

/* "2026-11-29 07:12:12.123456 UTC 127.0.0.1 port 53 -> 127.0.0.1 port 4660, TCP"; the
 * time is left out if it is not known. Returns `text`. */
static const char *format_about(const struct frame_time *time,
                                const struct frame_ends *ends, const char *over,
                                char text[static ABOUT_MAX])
{
    char when[WHEN_MAX], from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
    int family = ends->is_ipv6 ? AF_INET6 : AF_INET;

    format_time(time, when);
    inet_ntop(family, ends->from.address, from, sizeof from);
    inet_ntop(family, ends->to.address, to, sizeof to);
    snprintf(text, ABOUT_MAX, "%s%s port %u -> %s port %u, %s", when, from, ends->from.port,
             to, ends->to.port, over);
    return text;
}

static bool has_dns_port(const struct frame_ends *ends)
{
    const uint16_t ports[] = {ends->from.port, ends->to.port};

    for (size_t i = 0; i < 2; i++)
        if (ports[i] == DNS_PORT || ports[i] == MDNS_PORT)
            return true;
    return false;
}

static const char *over_udp(const struct frame_content *content)
{
    if (content->is_fragment)
        return "UDP, the first fragment";
    return content->missing > 0 ? "UDP, cut when it was captured" : "UDP";
}

static void tell_missing(struct packets *packets, const struct frame_content *content)
{
    size_t number = packets->frame->number;

    if (content->is_fragment)
        sink_complain(packets->sink,
                      "packet %zu is the first fragment of a datagram, whose rest is not "
                      "put together with it",
                      number);
    if (content->missing > 0)
        sink_complain(packets->sink, "packet %zu: its last %zu octets were not captured",
                      number, content->missing);
}

static void take_udp(struct packets *packets, const struct frame_content *content)
{
    char about[ABOUT_MAX];
    bool is_dns = has_dns_port(&content->ends) ? content->size >= WIRE_HEADER
                                               : is_message(content->octets, content->size);
    if (!is_dns)
        return;
    sink_take(
        packets->sink, content->octets, content->size,
        format_about(&packets->frame->time, &content->ends, over_udp(content), about));
    tell_missing(packets, content);
}

/* The message came with the frame that is being read, or is what is left at the end. */
static const char *about_connection(const struct packets *packets,
                                    char about[static ABOUT_MAX])
{
    const struct frame_time unknown = {0};

    return format_about(packets->frame ? &packets->frame->time : &unknown,
                        &packets->connection->key, "TCP", about);
}

static void take_message(void *context, const uint8_t *wire, size_t size)
{
    struct packets *packets = context;
    struct connection *connection = packets->connection;
    char about[ABOUT_MAX];

    if (connection->is_other)
        return;
    if (!connection->is_dns)
        connection->is_dns = is_message(wire, size);
    connection->is_other = !connection->is_dns;
    if (connection->is_other)
        return;
    about_connection(packets, about);
    if (size >= WIRE_HEADER)
        sink_take(packets->sink, wire, size, about);
    else
        sink_complain(packets->sink, "%s: a message of %zu octets is too short for one",
                      about, size);
}

static void tell_lost(void *context, size_t octets, const char *why)
{
    struct packets *packets = context;
    char about[ABOUT_MAX];

    if (packets->connection->is_dns)
        sink_complain(packets->sink, "%s: %zu octets %s", about_connection(packets, about),
                      octets, why);
}

static struct connection *find_connection(struct packets *packets,
                                          const struct frame_ends *key)
{
    uint64_t hash = table_hash(&packets->connections, key, sizeof *key);
    struct table_link *link = table_find(&packets->connections, hash, key);
    struct connection *connection;

    if (link)
        return table_item(link, struct connection, link);
    connection = xcalloc(1, sizeof *connection);
    memcpy(&connection->key, key, sizeof *key);
    connection->is_dns = has_dns_port(key);
    table_add(&packets->connections, hash, &connection->link);
    list_append(&packets->all, &connection->all);
    return connection;
}

static struct tcp_stream_events events_of(struct packets *packets)
{
    return (struct tcp_stream_events){take_message, tell_lost, packets};
}

static void take_tcp(struct packets *packets, const struct frame_content *content)
{
    const struct tcp_stream_events events = events_of(packets);
    struct tcp_segment segment = {content->sequence + content->is_first, content->octets,
                                  content->size};
    struct connection *connection;

    if (!content->is_first && content->size == 0)
        return;
    connection = packets->connection = find_connection(packets, &content->ends);
    if (content->is_first)
        connection->is_other = false;
    if (connection->is_other)
        return;
    if (content->is_first)
        tcp_stream_begin(&connection->stream, segment.sequence, &events);
    tcp_stream_take(&connection->stream, segment, &events);
    if (connection->is_other)
        tcp_stream_end(&connection->stream, &events); /* it needs no memory any more */
}

/* Tells how many packets of a kind there are; a capture seldom has more than one kind. */
static void tell_unknown(struct packets *packets)
{
    if (packets->unknown > 0)
        sink_complain(packets->sink, "packets on links of type %u, which are not read: %zu",
                      packets->unknown_link, packets->unknown);
    packets->unknown = 0;
}

static void note_unknown(struct packets *packets, uint32_t link)
{
    if (packets->unknown_link != link)
        tell_unknown(packets);
    packets->unknown_link = link;
    packets->unknown++;
}

void packets_take(struct packets *packets, const struct frame *frame)
{
    struct frame_content content;

    packets->frame = frame;
    switch (frame_read(frame, &content)) {
    case FRAME_READ:
        if (content.protocol == FRAME_TCP)
            take_tcp(packets, &content);
        else
            take_udp(packets, &content);
        break;
    case FRAME_UNKNOWN_LINK:
        note_unknown(packets, frame->link);
        break;
    case FRAME_CUT:
        sink_complain(packets->sink, "packet %zu was cut within its headers",
                      frame->number);
        break;
    case FRAME_OTHER:
        break;
    }
}

void packets_end(struct packets *packets)
{
    const struct tcp_stream_events events = events_of(packets);
    struct connection *connection;

    tell_unknown(packets);
    packets->frame = NULL;
    while ((connection = list_first(&packets->all, struct connection, all))) {
        packets->connection = connection;
        tcp_stream_end(&connection->stream, &events);
        list_remove(&connection->all);
        free(connection);
    }
    table_free(&packets->connections);
    free(packets);
}
