/*
 * A client's datagram in serve. Whatever serve sends is a reply to it. If its question is
 * one for the host, the cache gets an answer, and then the fast path sends what the slow
 * path sends, octet by octet. The datagram's id chooses the answer.
 */
#include "fuzz.h"

#include "clock.h"

#include "base/log.h"
#include "dns/received.h"
#include "dns/reply.h"
#include "serve/fastpath.h"
#include "serve/handler.h"

#include <sys/socket.h>

static struct serve_config config = {.udp_size = 1232, .per_client = 8, .timeout = 4400};
static struct cache *cache;
static struct flights *flights;
static struct handler handler = {.config = &config};
static struct addr client;

static uint8_t sent[65535]; /* the reply that has left last */
static size_t sent_len;     /* 0: none has */

/* Takes the place of the socket to the client, and send() that of lookup. */
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
    (void)data;
    (void)flags;
    return (ssize_t)len;
}

static void begin(void)
{
    struct loop *loop = loop_new();

    log_open("hostdnsd", LOG_LEVEL_ERROR);
    must(addr_parse(&client, "192.0.2.7", 4242));
    must(prefix_parse(&config.policy.allow[0], "192.0.2.0/24"));
    config.policy.allow_count = 1;
    config.cache = (struct cache_config){.bytes = 1 << 20, .max_ttl = 86400};
    cache = cache_new(&config.cache);
    must(loop && cache);
    flights = flights_new(&config, loop, -1, cache, NULL);
    must(flights);
    handler.flights = flights;
}

/* The rest of the configuration changes what is sent, too. */
static void configure(uint8_t choice)
{
    config.udp_size = choice & 1 ? 512 : 1232;
    config.padding = (choice & 6) == 6;
    config.policy.cookies = (choice & 12) == 12;
    strcpy(config.nsid, (choice & 24) == 24 ? "here" : "");
}

/* A record of the asked type, perhaps several, or a denial. */
static void answer_with(struct answer *answer, uint16_t type, uint8_t choice)
{
    static const uint8_t octets[16] = {192, 0, 2, 1};
    struct record record = {
        .type = type, .class = CLASS_IN, .data = octets, .data_len = 16};

    record.ttl = 100U + choice;
    if (choice % 4 == 3) {
        answer->rcode = choice & 4 ? RCODE_NXDOMAIN : RCODE_NOERROR;
        answer_add_soa(answer, 0, ANSWER_OWNER_QUESTION, record.ttl);
    }
    for (uint8_t i = 0; choice % 4 != 3 && i <= choice / 8; i++)
        must(answer_add_record(answer, SECTION_ANSWER, ANSWER_OWNER_QUESTION, &record));
    answer->is_authentic = choice & 16;
    if (choice % 32 == 8)
        answer_explain(answer, EDE_OTHER, "why");
}

/* The cache has an answer to the question from now on, of an age of up to 50 seconds. */
static void know(const struct question *asked, uint8_t choice)
{
    static uint8_t records[4096];
    struct question question;
    struct answer answer;

    question_fold(&question, asked);
    answer_init(&answer, &question, records, sizeof records);
    answer_with(&answer, question.type, choice);
    cache_put(cache, &question, &answer, clock_ms(), 0);
    fuzz_us += choice * 200000;
}

static bool take_slow_path(struct query *query, const uint8_t *data, size_t size)
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

/* The id, QR, the opcode, RD of a query, and the question as it came. */
static void must_be_the_reply(const struct query *query, const uint8_t *data)
{
    const struct request *request = &query->request;
    uint8_t copied = request->opcode == 0 ? 0x79 : 0x78;
    struct received received = {0};

    must(sent_len <= reply_limit(request->edns_size, config.udp_size));
    must(memcmp(sent, data, 2) == 0 && (sent[2] & 0xf8) == (0x80 | (data[2] & 0x78)));
    must((sent[2] & copied) == (data[2] & copied));
    must(sent[5] == request->has_question);
    if (request->has_question)
        must(memcmp(sent + 12, data + 12, question_wire_len(&request->question)) == 0);
    must(received_parse(&received, sent, sent_len) == 0 && received.is_whole);
    must(received.opt.is_there == request->has_edns);
    received_free(&received);
}

/* An answer is in the cache now. */
static void must_be_sent_alike(const uint8_t *data, size_t size)
{
    static uint8_t fast[UDP_SEND_BATCH_REPLY];
    const struct fastpath fastpath = {&config, cache, flights};
    size_t len = fastpath_reply(&fastpath, data, size, &client, clock_ms(), fast);
    struct query query;

    take_slow_path(&query, data, size);
    must(sent_len > 0);
    must_be_the_reply(&query, data);
    if (len > 0)
        must(len == sent_len && memcmp(fast, sent, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct query query;

    if (!cache)
        begin();
    fuzz_us += 1000000;
    configure(size > 1 ? data[1] : 0);
    if (!take_slow_path(&query, data, size))
        return 0;
    if (sent_len > 0)
        must_be_the_reply(&query, data);
    if (flights_waiting(flights) > 0) {
        know(&query.request.question, data[0]);
        must_be_sent_alike(data, size);
        flights_send(flights);
        flights_lookup_died(flights);
        must(flights_waiting(flights) == 0);
    } else {
        must(sent_len > 0 || query.request.opcode != 0);
    }
    cache_clear(cache);
    return 0;
}
