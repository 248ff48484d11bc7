/* A DNS server for tests, on its own port: a thread that hands each query to a script. */
#pragma once

#include "../check.h"

#include "net/addr.h"

#include <pthread.h>

struct responder;

/* Called in the thread for each query; `asked` counts from 1. */
typedef void responder_script(struct responder *, const uint8_t *query, size_t size);

struct responder {
    int fd;
    struct addr addr;   /* where it listens */
    struct addr client; /* the sender of the query at hand */
    responder_script *script;
    unsigned asked;
    pthread_t thread;
};

static void *responder_loop(void *arg)
{
    struct responder *responder = arg;
    uint8_t query[512];
    ssize_t size;

    for (;;) {
        responder->client.len = sizeof responder->client.sock;
        size = recvfrom(responder->fd, query, sizeof query, 0, &responder->client.sock.any,
                        &responder->client.len);
        if (size <= 0)
            return NULL;
        responder->asked++;
        responder->script(responder, query, (size_t)size);
    }
}

static inline int responder_socket(struct addr *addr)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(addr_parse(addr, "127.0.0.1", 0));
    assert_int_equal(bind(fd, &addr->sock.any, addr->len), 0);
    assert_int_equal(getsockname(fd, &addr->sock.any, &addr->len), 0);
    return fd;
}

static inline void responder_listen(struct responder *responder, responder_script *script)
{
    *responder = (struct responder){.script = script};
    responder->fd = responder_socket(&responder->addr);
}

static inline void responder_run(struct responder *responder)
{
    assert_int_equal(pthread_create(&responder->thread, NULL, responder_loop, responder),
                     0);
}

static inline void responder_start(struct responder *responder, responder_script *script)
{
    responder_listen(responder, script);
    responder_run(responder);
}

/* An empty datagram ends the loop. */
static inline void responder_stop(struct responder *responder)
{
    sendto(responder->fd, "", 0, 0, &responder->addr.sock.any, responder->addr.len);
    pthread_join(responder->thread, NULL);
    close(responder->fd);
}

static inline void responder_send(struct responder *responder, const uint8_t *wire,
                                  size_t size)
{
    sendto(responder->fd, wire, size, 0, &responder->client.sock.any,
           responder->client.len);
}

/* Octets of header and question in a query of hostdns, which ends with an 11-octet OPT. */
static inline size_t responder_question_end(size_t query_size)
{
    return query_size - 11;
}

/* The type asked for. */
static inline uint16_t responder_type(const uint8_t *query, size_t size)
{
    size_t at = responder_question_end(size) - 4;

    return (uint16_t)(query[at] << 8 | query[at + 1]);
}

/*
 * Writes a reply to the query: its header with these low flag octets (TC is 0x0200, RCODE
 * the low four bits), its question, and `records`, of which `answers` are in the answer
 * section and `additionals` behind them. Returns the size.
 */
static inline size_t responder_write(uint8_t *reply, const uint8_t *query,
                                     size_t query_size, unsigned flags, uint8_t answers,
                                     uint8_t additionals, const void *records,
                                     size_t records_size)
{
    size_t end = responder_question_end(query_size);

    memcpy(reply, query, end);
    reply[2] = (uint8_t)(0x81 | flags >> 8);
    reply[3] = (uint8_t)(0x80 | (flags & 0xff));
    memset(reply + 6, 0, 6);
    reply[7] = answers;
    reply[11] = additionals;
    memcpy(reply + end, records, records_size);
    return end + records_size;
}

static inline void responder_reply(struct responder *responder, const uint8_t *query,
                                   size_t size, unsigned flags, uint8_t answers,
                                   uint8_t additionals, const void *records,
                                   size_t records_size)
{
    uint8_t reply[4096];

    responder_send(responder, reply,
                   responder_write(reply, query, size, flags, answers, additionals, records,
                                   records_size));
}

/* Owner: the asked name; 192.0.2.10, 60 seconds. */
static const uint8_t RECORD_A[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 10};
/* Owner: the asked name; 2001:db8::10. */
static const uint8_t RECORD_AAAA[] = {0xc0, 12, 0,    28,   0,    1,    0, 0,   0, 60,
                                      0,    16, 0x20, 0x01, 0x0d, 0xb8, 0, 0,   0, 0,
                                      0,    0,  0,    0,    0,    0,    0, 0x10};

/* The address of the family asked for. */
static inline void responder_addresses(struct responder *responder, const uint8_t *query,
                                       size_t size)
{
    if (responder_type(query, size) == 1)
        responder_reply(responder, query, size, 0, 1, 0, RECORD_A, sizeof RECORD_A);
    else
        responder_reply(responder, query, size, 0, 1, 0, RECORD_AAAA, sizeof RECORD_AAAA);
}
