#include "channel/message.h"

#include <string.h>

static void put_question(struct writer *to, const struct question *question)
{
    put_u16(to, question->type);
    put_u8(to, question->flags);
    put_u8(to, question->name_len);
    put_bytes(to, question->name, question->name_len);
}

static bool get_question(struct reader *in, struct question *question)
{
    struct name name;

    if (!get_u16(in, &question->type) || !get_u8(in, &question->flags) ||
        !get_u8(in, &question->name_len) || !name_get(in, &name) ||
        name.len != question->name_len)
        return false;
    question_set_name(question, name);
    return true;
}

size_t message_put_question(uint64_t id, const struct question *question, void *out,
                            size_t size)
{
    struct writer to = writer_of(out, size);

    put_u64(&to, id);
    put_question(&to, question);
    return to.failed ? 0 : to.pos;
}

bool message_get_question(const void *data, size_t len, uint64_t *id,
                          struct question *question)
{
    struct reader in = reader_of(data, len);

    return get_u64(&in, id) && get_question(&in, question) && reader_left(&in) == 0;
}

size_t message_put_answer(uint64_t id, const struct question *question,
                          const struct answer *answer, void *out, size_t size)
{
    struct writer to = writer_of(out, size);
    size_t text = strlen(answer->ede_text);

    put_u64(&to, id);
    put_question(&to, question);
    put_u8(&to, answer_origin(answer));
    put_u16(&to, answer->rcode);
    put_u16(&to, answer->ede);
    put_u8(&to, (uint8_t)text);
    put_bytes(&to, answer->ede_text, text);
    for (int i = 0; i < SECTIONS; i++)
        put_u16(&to, answer->count[i]);
    put_bytes(&to, answer->records, answer->len);
    return to.failed ? 0 : to.pos;
}

bool message_get_answer(const void *data, size_t len, uint64_t *id,
                        struct question *question, struct answer *answer)
{
    struct reader in = reader_of(data, len);
    const uint8_t *text, *records;
    uint8_t text_len, origin;

    *answer = (struct answer){0};
    if (!get_u64(&in, id) || !get_question(&in, question) || !get_u8(&in, &origin) ||
        !get_u16(&in, &answer->rcode) || !get_u16(&in, &answer->ede) ||
        !get_u8(&in, &text_len) || text_len >= ANSWER_TEXT ||
        !get_bytes(&in, &text, text_len))
        return false;
    for (int i = 0; i < SECTIONS; i++)
        if (!get_u16(&in, &answer->count[i]))
            return false;
    memcpy(answer->ede_text, text, text_len);
    answer_set_origin(answer, origin);
    answer->len = answer->size = reader_left(&in);
    if (!get_bytes(&in, &records, answer->len))
        return false;
    answer->records = (uint8_t *)(uintptr_t)records;
    return true;
}

void message_put_id(uint64_t id, uint8_t out[static MESSAGE_ID_SIZE])
{
    struct writer to = writer_of(out, MESSAGE_ID_SIZE);

    put_u64(&to, id);
}

bool message_get_id(const void *data, size_t len, uint64_t *id)
{
    struct reader in = reader_of(data, len);

    return get_u64(&in, id) && reader_left(&in) == 0;
}

bool message_is_answer(const void *data, size_t len)
{
    enum {
        OTHERS = (MESSAGE_WAY | MESSAGE_SERVER) >> 56
    }; /* in the first octet of an id */

    return len > MESSAGE_ID_SIZE && !(*(const uint8_t *)data & OTHERS);
}

size_t message_put_way(uint64_t id, const void *steps, size_t steps_len, void *out,
                       size_t size)
{
    struct writer to = writer_of(out, size);

    put_u64(&to, id | MESSAGE_WAY);
    put_bytes(&to, steps, steps_len);
    return to.failed ? 0 : to.pos;
}

bool message_get_way(const void *data, size_t len, uint64_t *id, const uint8_t **steps,
                     size_t *steps_len)
{
    struct reader in = reader_of(data, len);

    if (!get_u64(&in, id) || !(*id & MESSAGE_WAY))
        return false;
    *steps_len = reader_left(&in);
    return *steps_len <= WAY_MAX && get_bytes(&in, steps, *steps_len);
}

size_t message_put_server(uint64_t number, const struct way_endpoint *server,
                          uint8_t out[static MESSAGE_SERVER_SIZE])
{
    struct writer to = writer_of(out, MESSAGE_SERVER_SIZE);

    put_u64(&to, number | MESSAGE_SERVER);
    way_put_endpoint(&to, server);
    return to.pos;
}

bool message_get_server(const void *data, size_t len, uint64_t *number,
                        struct way_endpoint *server)
{
    struct reader in = reader_of(data, len);

    if (!get_u64(&in, number) || !(*number & MESSAGE_SERVER))
        return false;
    *number &= ~MESSAGE_SERVER;
    return *number >= 1 && *number <= ANSWER_SERVERS && way_get_endpoint(&in, server);
}
