/*
 * A name server's message, all the way to the client: upstream's checks, the order for
 * libc, relay, the channel, our reply. What the client gets is a message to ldns and to our
 * own reader, and its question is the one that was asked.
 */
#include "fuzz.h"

#include "channel/message.h"
#include "dns/order.h"
#include "dns/received.h"
#include "dns/relay.h"
#include "dns/reply.h"
#include "dns/transaction.h"

#include <ldns/ldns.h>

enum { LDNS_MAX = 4096 };

/* What was asked is what the message says that it answers, with the flags of its first two
 * octets; false if it answers nothing. */
static bool asked_by(struct question *question, const uint8_t *data, size_t size)
{
    uint8_t query[TRANSACTION_QUERY_MAX];
    struct reader message = reader_of(data, size);
    uint8_t name[NAME_WIRE_MAX];
    size_t len;

    if (!get_skip(&message, 12) || !name_expand(&message, name, &len) ||
        !get_u16(&message, &question->type))
        return false;
    question->flags = data[0] & (QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
    question->name_len = (uint8_t)len;
    memcpy(question->name, name, len);
    transaction_write_query(&(struct query_header){.edns = true}, question, query);
    return transaction_is_reply(question, data, size);
}

/* What is read of an answer behind the channel is what went in. */
static void must_pass_the_channel(const struct question *question, struct answer *answer)
{
    static uint8_t message[MESSAGE_MAX];
    size_t len = message_put_answer(7, question, answer, message, sizeof message);
    struct question asked;
    struct answer got;
    uint64_t id;

    must(len > 0 && message_get_answer(message, len, &id, &asked, &got));
    must(id == 7 && got.len == answer->len && got.rcode == answer->rcode);
    must(memcmp(got.count, answer->count, sizeof got.count) == 0);
    must(got.len == 0 || memcmp(got.records, answer->records, got.len) == 0);
}

/* Any data is right for SINK, but ldns reads one octet of it and takes what follows for the
 * next record. */
static bool is_misread(const struct print_record *record)
{
    enum { SINK = 40 };

    return record->type == SINK && record->size > 1;
}

/* True if each record is what its type calls for, and ldns finds its end. */
static bool is_sound(const uint8_t *wire, size_t len)
{
    struct received received = {0};
    bool is;

    must(received_parse(&received, wire, len) == 0);
    is = received.is_whole;
    for (size_t i = 0; i < SECTIONS; i++)
        for (size_t k = 0; k < received.sections[i].count; k++)
            is &= received.sections[i].records[k].is_readable &&
                  !is_misread(&received.sections[i].records[k]);
    received_free(&received);
    return is;
}

static void must_be_read_by_ldns(const uint8_t *wire, size_t len)
{
    ldns_pkt *packet = NULL;

    must(ldns_wire2pkt(&packet, wire, len) == LDNS_STATUS_OK);
    ldns_pkt_free(packet);
}

/* Data of any octets is passed on as it is (RFC 3597), so ldns can read our reply only if
 * the server's is sound. It takes hundreds of times their size, so not of long ones. */
static void must_be_a_reply(const struct question *question, const struct answer *answer,
                            size_t limit, bool sound)
{
    static uint8_t reply[65535];
    struct request request = {.has_question = true,
                              .class = CLASS_IN,
                              .question = *question,
                              .has_edns = true,
                              .edns_size = 1232};
    size_t len = reply_write(&request, answer, 0, NULL, reply, limit);
    struct received received = {0};

    must(len <= limit && transaction_is_reply(question, reply, len));
    must(received_parse(&received, reply, len) == 0 && received.is_whole);
    received_free(&received);
    if (sound && len <= LDNS_MAX)
        must_be_read_by_ldns(reply, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    struct question question;
    struct answer answer;
    uint8_t *ordered;
    unsigned shown;
    bool sound;
    size_t len;

    if (!asked_by(&question, data, size))
        return 0;
    transaction_kind(data, size, true);
    order_is_kept(&question, data, size, &shown);
    must(shown <= wire_count(data, SECTION_ANSWER));
    ordered = order_restore(&question, data, size, &len, &shown);
    if (ordered)
        must(transaction_is_reply(&question, ordered, len) &&
             shown <= wire_count(ordered, SECTION_ANSWER));
    free(ordered);
    answer_init(&answer, &question, records, sizeof records);
    if (!relay_read(&question, data, size, NULL, &answer))
        must(answer.len == 0 && answer.count[SECTION_ANSWER] == 0);
    must_pass_the_channel(&question, &answer);
    sound = is_sound(data, size);
    must_be_a_reply(&question, &answer, 512, sound);
    must_be_a_reply(&question, &answer, 65535, sound);
    return 0;
}
