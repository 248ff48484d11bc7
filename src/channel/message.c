#include "channel/message.h"

#include <string.h>

size_t message_put_question(uint64_t id, const struct question *question, void *out,
                            size_t size)
{
    struct writer to = writer_of(out, size);

    put_u64(&to, id);
    put_u16(&to, question->type);
    put_u8(&to, question->name_len);
    put_bytes(&to, question->name, question->name_len);
    return to.failed ? 0 : to.pos;
}

bool message_get_question(const void *data, size_t len, uint64_t *id,
                          struct question *question)
{
    struct reader in = reader_of(data, len);
    const uint8_t *name;
    size_t name_len;

    if (!get_u64(&in, id) || !get_u16(&in, &question->type) ||
        !get_u8(&in, &question->name_len) || !name_get(&in, &name, &name_len) ||
        name_len != question->name_len || reader_left(&in) > 0)
        return false;
    memcpy(question->name, name, name_len);
    return true;
}

size_t message_put_answer(uint64_t id, const struct answer *answer, void *out, size_t size)
{
    struct writer to = writer_of(out, size);
    size_t text = strlen(answer->ede_text);

    put_u64(&to, id);
    put_u16(&to, answer->rcode);
    put_u16(&to, answer->ede);
    put_u8(&to, (uint8_t)text);
    put_bytes(&to, answer->ede_text, text);
    put_u16(&to, answer->answers);
    put_u16(&to, answer->authorities);
    put_bytes(&to, answer->records, answer->len);
    return to.failed ? 0 : to.pos;
}

bool message_get_answer(const void *data, size_t len, uint64_t *id, struct answer *answer)
{
    struct reader in = reader_of(data, len);
    const uint8_t *text, *records;
    uint8_t text_len;

    *answer = (struct answer){0};
    if (!get_u64(&in, id) || !get_u16(&in, &answer->rcode) || !get_u16(&in, &answer->ede) ||
        !get_u8(&in, &text_len) || text_len >= ANSWER_TEXT ||
        !get_bytes(&in, &text, text_len) || !get_u16(&in, &answer->answers) ||
        !get_u16(&in, &answer->authorities))
        return false;
    memcpy(answer->ede_text, text, text_len);
    answer->len = answer->size = reader_left(&in);
    if (!get_bytes(&in, &records, answer->len))
        return false;
    answer->records = (uint8_t *)(uintptr_t)records;
    return true;
}
