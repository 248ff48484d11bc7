#include "dns/alias.h"

#include <stdlib.h>
#include <string.h>

#include "dns/reply.h"

/* The answer as a message, so that its compressed names can be read. */
static uint8_t *message_of(const struct question *target, const struct answer *found,
                           uint32_t age, size_t *len)
{
    struct request request = {.has_question = true, .class = CLASS_IN, .question = *target};
    size_t size = found->len + REPLY_SIZE_MIN;
    uint8_t *message = malloc(size);

    if (message)
        *len = reply_write(&request, found, age, NULL, message, size);
    return message;
}

static bool copy_records(struct answer *answer, const struct answer *found,
                         struct reader *in)
{
    bool done = true;

    for (int section = 0; section < SECTIONS; section++)
        for (unsigned i = 0; done && i < found->count[section]; i++) {
            struct record *record = record_read(in);

            done = record && answer_add_record(answer, (enum section)section,
                                               ANSWER_OWNER_FULL, record);
            free(record);
        }
    return done;
}

bool alias_complete(struct answer *answer, const struct question *target,
                    const struct answer *found, uint32_t age)
{
    struct reader in;
    uint8_t *message;
    size_t len;
    bool done;

    if (found->rcode != RCODE_NOERROR && found->rcode != RCODE_NXDOMAIN) {
        answer_fail(answer, found->rcode, found->ede, "%s", found->ede_text);
        return true;
    }
    message = message_of(target, found, age, &len);
    if (!message)
        return false;
    done = wire_find_records(message, len, &in) && copy_records(answer, found, &in);
    free(message);
    answer->rcode = found->rcode;
    if (*found->ede_text)
        answer_explain(answer, found->ede, "%s", found->ede_text);
    return done;
}

/* Reads the first record, if it is a CNAME. */
static bool read_alias(struct reader *in, struct name *target)
{
    struct record_head head;
    struct reader data;

    if (!record_next(in, &head) || head.type != TYPE_CNAME)
        return false;
    data = reader_of(head.data, head.data_len);
    return name_get(&data, target) && reader_left(&data) == 0;
}

bool alias_target(const struct question *question, const struct answer *answer,
                  struct question *target)
{
    struct reader in = reader_of(answer->records, answer->len);
    struct name name;

    if (answer->count[SECTION_ANSWER] == 0 || !read_alias(&in, &name))
        return false;
    *target = *question;
    question_set_name(target, name);
    return true;
}

void alias_dissolve(struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    struct record_head head;
    struct name name;

    if (answer->count[SECTION_ANSWER] == 0 || !read_alias(&in, &name))
        return;
    answer->records += in.pos;
    answer->len -= in.pos;
    answer->count[SECTION_ANSWER]--;
    in = reader_of(answer->records, answer->len);
    while (record_next(&in, &head)) /* each owner is a pointer */
        wire_set_u16(answer->records + head.at, NAME_POINTER | ANSWER_OWNER_QUESTION);
}
