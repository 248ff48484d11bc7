/* A message between the processes, as one that has been taken over might send it: what is
 * accepted is written again as the same octets. */
#include "fuzz.h"

#include "channel/message.h"

static uint8_t again[MESSAGE_MAX];

static void read_question(const uint8_t *data, size_t size)
{
    struct question question;
    uint64_t id;

    if (!message_get_question(data, size, &id, &question))
        return;
    must(question.name_len > 0);
    must(message_put_question(id, &question, again, sizeof again) == size);
    must(memcmp(again, data, size) == 0);
}

static void read_answer(const uint8_t *data, size_t size)
{
    struct question question;
    struct answer answer;
    uint64_t id;

    if (!message_get_answer(data, size, &id, &question, &answer))
        return;
    must(memchr(answer.ede_text, '\0', sizeof answer.ede_text));
    must(answer.len <= size);
    must(message_put_answer(id, &question, &answer, again, sizeof again) > 0);
}

static void read_way(const uint8_t *data, size_t size)
{
    struct way_endpoint endpoint;
    const uint8_t *steps;
    struct way way;
    uint64_t id;
    size_t len;

    if (message_get_way(data, size, &id, &steps, &len))
        way_read(&way, reader_of(steps, len));
    if (message_get_server(data, size, &id, &endpoint))
        must(id > 0 && id <= ANSWER_SERVERS);
    way_of_reply(&way, data, size);
    message_get_id(data, size, &id);
    message_is_answer(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_question(data, size);
    read_answer(data, size);
    read_way(data, size);
    return 0;
}
