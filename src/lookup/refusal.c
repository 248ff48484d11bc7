#include "lookup/refusal.h"

#include "channel/message.h"

void refusal_put(struct send_queue *send_queue, uint64_t id,
                 const struct question *question, enum ede ede, const char *reason)
{
    uint8_t message[NAME_WIRE_MAX + ANSWER_TEXT + 64];
    struct answer answer;
    size_t len;

    answer_init(&answer, question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "%s", reason);
    len = message_put_answer(id, question, &answer, message, sizeof message);
    send_queue_add(send_queue, message, len);
}

void refusal_of_check(const struct lookup_config *config, struct send_queue *send_queue,
                      uint64_t id, const struct question *question)
{
    uint8_t records[2 * NAME_WIRE_MAX], message[3 * NAME_WIRE_MAX + ANSWER_TEXT + 64];
    struct answer answer;
    size_t len;

    answer_init(&answer, question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    answer_explain(&answer, EDE_SYNTHESIZED, "loop: this is our own question");
    answer_finish(&answer, question, config->local->negative_ttl);
    len = message_put_answer(id, question, &answer, message, sizeof message);
    send_queue_add(send_queue, message, len);
}
