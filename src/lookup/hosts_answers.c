#include "lookup/hosts_answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/store.h"
#include "channel/message.h"
#include "lookup/hosts_words.h"

enum { STORE_BYTES = 4 << 20 }; /* room for some 30,000 answers */

struct hosts_answers {
    struct store *store;
    struct hosts_version version; /* of all answers in it */
    unsigned changes;
};

/* The type, and the name in lower case. */
struct answer_key {
    uint8_t octets[2 + NAME_WIRE_MAX];
    size_t len;
};

static struct answer_key key_of(const struct question *question)
{
    struct answer_key key = {.len = 2u + question->name_len};

    memcpy(key.octets, &question->type, 2);
    name_fold(key.octets + 2, question->name, question->name_len);
    return key;
}

struct hosts_version hosts_version_now(const struct hosts_answers *answers,
                                       unsigned sources)
{
    return (struct hosts_version){hosts_words_version(), sources, answers->changes};
}

bool hosts_version_is(const struct hosts_version *a, const struct hosts_version *b)
{
    return a->words != 0 && a->words == b->words && a->sources == b->sources &&
           a->changes == b->changes;
}

struct hosts_answers *hosts_answers_new(void)
{
    struct hosts_answers *answers = calloc(1, sizeof *answers);

    if (!answers)
        return NULL;
    answers->store = store_new(STORE_BYTES);
    if (answers->store)
        return answers;
    free(answers);
    return NULL;
}

void hosts_answers_free(struct hosts_answers *answers)
{
    if (answers)
        store_free(answers->store);
    free(answers);
}

bool hosts_answers_find(struct hosts_answers *answers, const struct hosts_version *version,
                        const struct question *question, struct answer *answer)
{
    struct answer_key key = key_of(question);
    struct question kept;
    uint64_t unused;
    size_t len;
    const void *found;

    if (!hosts_version_is(version, &answers->version))
        return false;
    found = store_find(answers->store, store_hash(answers->store, key.octets, key.len),
                       key.octets, key.len, &len);
    return found && message_get_answer(found, len, &unused, &kept, answer);
}

bool hosts_answers_send(struct hosts_answers *answers, const struct hosts_version *version,
                        const struct question *question, struct send_queue *send_queue,
                        uint64_t id)
{
    static uint8_t message[MESSAGE_MAX];
    struct answer answer;
    size_t len;

    if (!hosts_answers_find(answers, version, question, &answer))
        return false;
    len = message_put_answer(id, question, &answer, message, sizeof message);
    send_queue_add(send_queue, message, len);
    return true;
}

void hosts_answers_keep(struct hosts_answers *answers, const struct hosts_version *version,
                        const void *message, size_t len)
{
    struct question question;
    struct answer answer;
    uint64_t unused;
    struct answer_key key;
    void *room;

    if (version->words == 0 ||
        !message_get_answer(message, len, &unused, &question, &answer))
        return;
    if (!hosts_version_is(version, &answers->version))
        store_clear(answers->store);
    answers->version = *version;
    key = key_of(&question);
    room = store_put(answers->store, store_hash(answers->store, key.octets, key.len),
                     key.octets, key.len, len);
    if (room)
        memcpy(room, message, len);
}

void hosts_answers_forget(struct hosts_answers *answers)
{
    answers->changes++;
    store_clear(answers->store);
}
