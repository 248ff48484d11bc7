/*
 * A name server's message all the way: the client's query goes through serve to lookup,
 * and the message, which answers it, through relay, the channel, the cache and the reply to
 * the client's reader. The client gets a reply to its query that says no more than the
 * message does, and from the cache the same once more.
 */
#include "serve.h"

#include "client/exchange.h"
#include "dns/mixed_case.h"
#include "dns/transaction.h"
#include "lookup/response.h"

enum { TYPE_DNAME = 39, TYPE_RRSIG = 46 }; /* RFC 6672, RFC 4034 */

/* What the message says that it answers; false if it answers nothing that is asked. */
static bool question_of(struct question *question, const uint8_t *data, size_t size)
{
    struct reader message = reader_of(data, size);
    uint8_t name[NAME_WIRE_MAX];
    size_t len;

    if (!get_skip(&message, WIRE_HEADER) || !name_expand(&message, name, &len) ||
        !get_u16(&message, &question->type))
        return false;
    question_set_name(question, (struct name){name, len});
    question->flags = 0;
    return true;
}

static void ask_for(struct ask *ask, const struct question *question, bool has_do)
{
    char name[NAME_PRINTED];

    name_to_text(question_name(question), name);
    must(ask_build(ask, name, question->type, &(struct ask_form){.has_do = has_do}) == 0);
}

/* A copy with the names in the case of the question, as if that had gone out in another
 * one. It still says the same. */
static const uint8_t *restored(const struct question *question, const uint8_t *data,
                               size_t size, enum response_kind kind)
{
    struct mixed_case letters = {.is_mixed = true};
    static uint8_t copy[WIRE_MAX];

    must(size <= sizeof copy);
    memcpy(copy, data, size);
    memset(letters.changed, data[0], sizeof letters.changed);
    mixed_case_is_kept(&letters, question, copy);
    mixed_case_restore(&letters, question, copy, size);
    must(memcmp(copy + WIRE_HEADER, question->name, question->name_len) == 0);
    must(transaction_is_reply(question, copy, size));
    must(transaction_kind(copy, size, true) == kind);
    for (size_t i = 0; i < size; i++)
        must(copy[i] == data[i] || (copy[i] ^ data[i]) == 0x20);
    return copy;
}

/* What lookup makes of the message, as upstream and lookup/response do. */
static void answer_by(const struct question *question, const uint8_t *data, size_t size,
                      struct answer *answer)
{
    enum response_kind kind = RESPONSE_FAILURE;
    struct response response = {.ede = EDE_NETWORK_ERROR, .failure = "no"};

    if (transaction_is_reply(question, data, size))
        kind = transaction_kind(data, size, true);
    if (kind == RESPONSE_ANSWER || kind == RESPONSE_TRUNCATED) {
        response.reply = restored(question, data, size, kind);
        response.reply_len = size;
        response.is_authentic = true;
    }
    if (response_to_answer(&response, question, NULL, answer))
        must(answer->rcode == wire_rcode(data));
}

static void let_lookup_answer(const uint8_t *data, size_t size, struct answer *answer)
{
    static uint8_t records[ANSWER_RECORDS_MAX], message[MESSAGE_MAX];
    const uint8_t *octets;
    struct question question;
    uint64_t id;
    size_t len;

    flights_send(flights);
    must(bundle_next(&asked, &octets, &len));
    must(message_get_question(octets, len, &id, &question));
    answer_init(answer, &question, records, sizeof records);
    answer_by(&question, data, size, answer);
    len = message_put_answer(id & ~MESSAGE_ID_FLAGS, &question, answer, message,
                             sizeof message);
    must(len > 0 && bundle_add(&answered, message, len));
    turn();
    must(flights_waiting(flights) == 0 && sent_len > 0);
}

/* What was sent is a reply to the client, who makes this of it. */
static enum verdict judged(const struct ask *ask)
{
    struct exchange exchange = {
        .state = EXCHANGE_ANSWERED, .ask = *ask, .size = sent_len, .wire = sent};

    must(sent_len <= config.udp_size && ask_is_reply(ask, sent, sent_len));
    exchange_judge(&exchange);
    must(exchange.reply.is_whole && exchange.reply.id == ask->id);
    received_free(&exchange.reply);
    return exchange.verdict;
}

/* A DNAME above the name makes an alias of it, and is passed on with its signatures (RFC
 * 6672 section 3.1), so they do not tell that there are any at the name. */
static bool tells_by_type(uint16_t type)
{
    return type != TYPE_ANY && type != TYPE_DNAME && type != TYPE_RRSIG;
}

static void must_be_told(enum verdict verdict, const struct ask *ask,
                         const struct answer *answer)
{
    size_t records = answer->count[SECTION_ANSWER];

    if (answer->rcode == RCODE_NXDOMAIN)
        must(verdict == VERDICT_NO_NAME);
    else if (answer->rcode != RCODE_NOERROR)
        must(verdict == VERDICT_FAILED && records == 0);
    else if (verdict == VERDICT_RECORDS || verdict == VERDICT_PARTIAL)
        must(records > 0);
    else if (verdict == VERDICT_NO_RECORDS && tells_by_type(ask->question.type))
        must(answer_count_type(answer, ask->question.type) == 0);
}

static void ask_once_more(struct ask *ask, enum verdict before)
{
    struct query query;

    must(serve_take(&query, ask->wire, ask->size));
    if (sent_len > 0)
        must(judged(ask) == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ask ask;
    struct question question;
    struct answer answer;
    struct query query;
    enum verdict verdict;

    if (!cache)
        serve_begin();
    fuzz_us += 1000000;
    if (!question_of(&question, data, size))
        return 0;
    ask_for(&ask, &question, data[0] & 1);
    must(serve_take(&query, ask.wire, ask.size));
    if (flights_waiting(flights) == 0) {
        must(sent_len > 0);
        judged(&ask);
        return 0;
    }
    let_lookup_answer(data, size, &answer);
    verdict = judged(&ask);
    must_be_told(verdict, &ask, &answer);
    ask_once_more(&ask, verdict);
    flights_send(flights);
    flights_lookup_died(flights);
    cache_clear(cache);
    return 0;
}
