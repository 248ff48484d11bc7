#include "dns/alias.h"

#include <stdlib.h>
#include <string.h>

#include "dns/reply.h"

enum { POINTER = 0xc000 }; /* RFC 1035 section 4.1.4 */

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
    in = reader_of(message, len);
    in.pos = 12;
    done = name_skip(&in) && get_skip(&in, 4) && copy_records(answer, found, &in);
    free(message);
    answer->rcode = found->rcode;
    if (*found->ede_text)
        answer_explain(answer, found->ede, "%s", found->ede_text);
    return done;
}

/* Reads the first record, if it is a CNAME. */
static bool read_alias(struct reader *in, const uint8_t **target, size_t *len)
{
    uint16_t type, length;

    return name_skip(in) && get_u16(in, &type) && type == TYPE_CNAME && get_skip(in, 6) &&
           get_u16(in, &length) && name_get(in, target, len) && *len == length;
}

bool alias_target(const struct question *question, const struct answer *answer,
                  struct question *target)
{
    struct reader in = reader_of(answer->records, answer->len);
    const uint8_t *name;
    size_t len;

    if (answer->count[SECTION_ANSWER] == 0 || !read_alias(&in, &name, &len))
        return false;
    *target = *question;
    target->name_len = (uint8_t)len;
    memcpy(target->name, name, len);
    return true;
}

/* An owner is a compression pointer: two octets, whatever it leads to. */
static bool move_owner(struct answer *answer, struct reader *in)
{
    struct writer owner = writer_of(answer->records, answer->len);
    uint16_t length;

    owner.pos = in->pos;
    put_u16(&owner, (uint16_t)(POINTER | ANSWER_OWNER_QUESTION));
    return get_skip(in, 10) && get_u16(in, &length) && get_skip(in, length);
}

void alias_dissolve(struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    const uint8_t *name;
    size_t len;

    if (answer->count[SECTION_ANSWER] == 0 || !read_alias(&in, &name, &len))
        return;
    answer->records += in.pos;
    answer->len -= in.pos;
    answer->count[SECTION_ANSWER]--;
    in = reader_of(answer->records, answer->len);
    while (reader_left(&in) > 0 && move_owner(answer, &in))
        ;
}
