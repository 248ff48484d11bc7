/*
 * Clients for tests: UDP sockets on the loopback interface, queries as they
 * come over the wire, and replies as text.
 */
#pragma once

#include "../reply_text.h"

#include "base/clock.h"
#include "channel/bundle.h"
#include "net/addr.h"
#include "serve/config.h"
#include "serve/query.h"

#include <limits.h>

/* Who may ask: every IPv4 address. */
#define EVERYBODY                                                                          \
    {                                                                                      \
        {                                                                                  \
            .addr = {.sock.ip4.sin_family = AF_INET, .len = sizeof(struct sockaddr_in) }   \
        }                                                                                  \
    }

enum { DEADLINE_MS = 4400 };

/* Every option at its default; replies of up to `size` octets. */
#define CONFIG_OF(size)                                                                    \
    {                                                                                      \
        .udp_size = (size), .policy = {.allow = EVERYBODY, .allow_count = 1},              \
        .per_client = UINT_MAX, .timeout = DEADLINE_MS,                                    \
    }
static const struct serve_config plain_config = CONFIG_OF(1232);

/* A UDP socket on a free port of 127.0.0.1; its address in `addr`. */
static inline int udp_socket(struct addr *addr)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(addr_parse(addr, "127.0.0.1", 0));
    assert_int_equal(bind(fd, &addr->sock.any, addr->len), 0);
    assert_int_equal(getsockname(fd, &addr->sock.any, &addr->len), 0);
    return fd;
}

/* A reply as it came in, and how to read it. */
struct reply {
    size_t len;
    uint8_t wire[ANSWER_RECORDS_MAX];
};

static inline unsigned reply_id(const struct reply *reply)
{
    return (unsigned)reply->wire[0] << 8 | reply->wire[1];
}

/* The question's name in its letter case. */
static inline const char *reply_name(const struct reply *reply)
{
    static char text[QUESTION_TEXT];
    struct reader in = reader_of(reply->wire, reply->len);
    struct question question;
    struct name name;

    assert_true(get_skip(&in, 12) && name_get(&in, &name) && get_u16(&in, &question.type));
    question_set_name(&question, name);
    return question_text(&question, text);
}

/* Waits for the next reply; static, for it is large. */
static inline const struct reply *receive(int client)
{
    static struct reply reply;
    ssize_t len = recv(client, reply.wire, sizeof reply.wire, 0);

    assert_true(len > 0);
    reply.len = (size_t)len;
    return &reply;
}

static inline const char *receive_text(int client)
{
    const struct reply *reply = receive(client);

    return reply_text(reply->wire, reply->len);
}

static inline bool nothing_came(int client)
{
    char byte;

    return recv(client, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == -1;
}

/* A question that has reached the lookup process. */
struct asked {
    uint64_t id;
    struct question question;
};

/* Of the bundle that came last, what has not been looked at. */
static struct bundle clients_bundle;

/* For a case that begins. */
static inline void forget_questions(void)
{
    clients_bundle.len = clients_bundle.read = 0;
}

static inline struct asked next_asked(int lookup)
{
    const uint8_t *message;
    struct asked asked;
    size_t len;

    while (!bundle_next(&clients_bundle, &message, &len))
        assert_int_equal(bundle_receive(&clients_bundle, lookup, CHANNEL_BLOCK),
                         CHANNEL_DONE);
    assert_true(message_get_question(message, len, &asked.id, &asked.question));
    return asked;
}

static inline const char *asked_text(const struct asked *asked)
{
    static char text[QUESTION_TEXT];

    return question_text(&asked->question, text);
}

static inline bool nothing_asked(int lookup)
{
    const uint8_t *message;
    size_t len;
    char byte;

    return !bundle_next(&clients_bundle, &message, &len) &&
           recv(lookup, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == -1;
}

static inline void send_answer(int lookup, const struct asked *asked,
                               const struct answer *answer)
{
    static uint8_t message[MESSAGE_MAX];
    static struct bundle bundle;
    size_t len =
        message_put_answer(asked->id, &asked->question, answer, message, sizeof message);

    assert_true(bundle_add(&bundle, message, len));
    assert_int_equal(bundle_send(&bundle, lookup, CHANNEL_BLOCK), CHANNEL_DONE);
}

/* The lookup process answers with the address 192.0.2.1, from such a source. */
static inline void answer_asked_from(int lookup, const struct asked *asked, uint32_t ttl,
                                     enum answer_source source)
{
    static const uint8_t address[] = {192, 0, 2, 1};
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &asked->question, records, sizeof records);
    answer.source = (uint8_t)source;
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
    send_answer(lookup, asked, &answer);
}

static inline void answer_asked(int lookup, const struct asked *asked, uint32_t ttl)
{
    answer_asked_from(lookup, asked, ttl, ANSWER_FROM_DNS);
}

/* Or with a failure. */
static inline void fail_asked_because(int lookup, const struct asked *asked, enum ede ede)
{
    struct answer answer;

    answer_init(&answer, &asked->question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "wires cut");
    send_answer(lookup, asked, &answer);
}

static inline void fail_asked(int lookup, const struct asked *asked)
{
    fail_asked_because(lookup, asked, EDE_NETWORK_ERROR);
}

/* Or that there is no such name. */
static inline void deny_asked(int lookup, const struct asked *asked)
{
    struct answer answer;

    answer_init(&answer, &asked->question, NULL, 0);
    answer.rcode = RCODE_NXDOMAIN;
    send_answer(lookup, asked, &answer);
}
