/*
 * Messages of a lookup process that has been taken over, in one bundle: pieces behind their
 * lengths, for which the id of the question that waits is put in. What a client gets is a
 * reply to its query, and only one; and when lookup dies, nobody waits any more.
 */
#include "serve.h"

#include "dns/ask.h"
#include "dns/received.h"

static struct ask ask;

static void begin(void)
{
    serve_begin();
    must(ask_build(&ask, "a.test", TYPE_A, &(struct ask_form){0}) == 0);
}

static uint64_t ask_lookup(void)
{
    struct question question;
    const uint8_t *message;
    struct query query;
    uint64_t id;
    size_t len;

    must(serve_take(&query, ask.wire, ask.size) && sent_len == 0);
    flights_send(flights);
    must(bundle_next(&asked, &message, &len));
    must(message_get_question(message, len, &id, &question));
    return id & ~MESSAGE_ID_FLAGS;
}

/* The id stands where the piece has zeros for it; its other bits stay as they are. */
static void pack(const uint8_t *data, size_t size, uint64_t id)
{
    static uint8_t message[MESSAGE_MAX];
    struct reader in = reader_of(data, size);
    const uint8_t *octets;
    uint16_t len;

    while (get_u16(&in, &len) && get_bytes(&in, &octets, len)) {
        memcpy(message, octets, len);
        for (size_t i = 0; i < 8 && i < len; i++)
            message[i] |= (uint8_t)(id >> (56 - 8 * i));
        if (!bundle_add(&answered, message, len))
            return;
    }
}

static void must_be_the_reply(void)
{
    struct received received = {0};

    must(sent_len <= config.udp_size && ask_is_reply(&ask, sent, sent_len));
    must(received_parse(&received, sent, sent_len) == 0);
    received_free(&received);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!cache)
        begin();
    fuzz_us += 1000000;
    pack(data, size, ask_lookup());
    turn();
    must((flights_waiting(flights) == 0) == (sent_len > 0));
    if (sent_len > 0)
        must_be_the_reply();
    flights_send(flights);
    flights_lookup_died(flights);
    must(flights_waiting(flights) == 0 && sent_len > 0);
    must_be_the_reply();
    cache_clear(cache);
    return 0;
}
