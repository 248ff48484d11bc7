/*
 * A client's datagram in serve. Whatever serve sends is a reply to it. If its question is
 * one for the host, the cache gets an answer, and then the fast path sends what the slow
 * path sends, octet by octet. The datagram's id chooses the answer.
 */
#include "serve.h"

#include "dns/received.h"
#include "dns/reply.h"

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
static void know(const struct question *wanted, uint8_t choice)
{
    static uint8_t records[4096];
    struct question question;
    struct answer answer;

    question_fold(&question, wanted);
    answer_init(&answer, &question, records, sizeof records);
    answer_with(&answer, question.type, choice);
    cache_put(cache, &question, &answer, clock_ms(), 0);
    fuzz_us += choice * 200000;
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

    serve_take(&query, data, size);
    must(sent_len > 0);
    must_be_the_reply(&query, data);
    if (len > 0)
        must(len == sent_len && memcmp(fast, sent, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct query query;

    if (!cache)
        serve_begin();
    fuzz_us += 1000000;
    configure(size > 1 ? data[1] : 0);
    if (!serve_take(&query, data, size))
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
