#include "channel/message.h"

#include <string.h>

enum { AUTHENTIC = 0x80 }; /* beside the source of an answer */

static void put_question(struct writer *to, const struct question *question)
{
    put_u16(to, question->type);
    put_u8(to, question->flags);
    put_u8(to, question->name_len);
    put_bytes(to, question->name, question->name_len);
}

static bool get_question(struct reader *in, struct question *question)
{
    const uint8_t *name;
    size_t name_len;

    if (!get_u16(in, &question->type) || !get_u8(in, &question->flags) ||
        !get_u8(in, &question->name_len) || !name_get(in, &name, &name_len) ||
        name_len != question->name_len)
        return false;
    memcpy(question->name, name, name_len);
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
    put_u8(&to, (uint8_t)(answer->source | (answer->is_authentic ? AUTHENTIC : 0)));
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
    uint8_t text_len;

    *answer = (struct answer){0};
    if (!get_u64(&in, id) || !get_question(&in, question) ||
        !get_u8(&in, &answer->source) || !get_u16(&in, &answer->rcode) ||
        !get_u16(&in, &answer->ede) || !get_u8(&in, &text_len) || text_len >= ANSWER_TEXT ||
        !get_bytes(&in, &text, text_len))
        return false;
    for (int i = 0; i < SECTIONS; i++)
        if (!get_u16(&in, &answer->count[i]))
            return false;
    memcpy(answer->ede_text, text, text_len);
    answer->is_authentic = (answer->source & AUTHENTIC) != 0;
    answer->source &= (uint8_t)~AUTHENTIC;
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
