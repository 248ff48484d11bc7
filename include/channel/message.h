/*
 * What the processes say to each other: questions to the lookup process, answers back, and
 * single words between the supervisor and its children. Everything travels by value, one
 * message a datagram of a SOCK_SEQPACKET pair; a question's id comes back with its answer.
 */
#ifndef CHANNEL_MESSAGE_H
#define CHANNEL_MESSAGE_H

#include "dns/answer.h"

enum { MESSAGE_MAX = ANSWER_RECORDS_MAX + ANSWER_TEXT + NAME_WIRE_MAX + 64 };

/* Length of the message, or 0 if it does not fit. */
size_t message_put_question(uint64_t id, const struct question *, void *out, size_t size);
/* False if the bytes are no question. */
bool message_get_question(const void *data, size_t len, uint64_t *id, struct question *);

/* An answer says to which question it is, for an id that nobody waits for. */
size_t message_put_answer(uint64_t id, const struct question *, const struct answer *,
                          void *out, size_t size);
/*
 * The records are borrowed from the data. `records_at` of the answer stays unset: only who
 * adds records needs it.
 */
bool message_get_answer(const void *data, size_t len, uint64_t *id, struct question *,
                        struct answer *);

/* In the id of an answer: it is news, learnt on the way to the answer with the rest of the
 * id, which comes next. No question's id has this bit. */
#define MESSAGE_NEWS (UINT64_C(1) << 63)

/* In the id of a question and of its answer: others wait until it is taken up, so lookup
 * tells at once. */
#define MESSAGE_PROMPT (UINT64_C(1) << 62)

/* In the id of a question for another type than addresses: serve knows from its cache that
 * the name exists, or that it does not, so lookup need not ask whether it has addresses. */
#define MESSAGE_NAME_EXISTS (UINT64_C(1) << 61)
#define MESSAGE_NO_NAME     (UINT64_C(1) << 60)

/* The bits of an id that tell no question from another. */
#define MESSAGE_ID_FLAGS                                                                   \
    (MESSAGE_NEWS | MESSAGE_PROMPT | MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME)

/*
 * The id of a question, and no more. From lookup: it has been taken up; its answer depends
 * on the network alone now, and nothing waits behind it. From serve: it is cancelled;
 * nobody wants the answer any more.
 */
enum { MESSAGE_ID_SIZE = sizeof(uint64_t) };

void message_put_id(uint64_t id, uint8_t out[static MESSAGE_ID_SIZE]);
/* False if the bytes are anything else. */
bool message_get_id(const void *data, size_t len, uint64_t *id);

/* Room for what comes with a word: a name. */
enum { WORD_DATA_MAX = NAME_WIRE_MAX };

/* Between the supervisor and a child. */
enum word {
    WORD_READY = 1,    /* child: I can do my work */
    WORD_LOOKUP_DIED,  /* supervisor to serve: nobody will answer what you have asked */
    WORD_HOST_CHANGED, /* supervisor to serve: what you have kept may be wrong */
    WORD_RETIRE,       /* supervisor to serve: others listen now; finish what you have */
    WORD_FORGET,       /* supervisor to serve, with a folded name: what you have of it */
    WORD_LOG_LEVEL,    /* supervisor to any, with an octet: enum log_level */
    WORD_DO_YOU_LIVE,  /* supervisor to a child: answer when you read this */
    WORD_I_LIVE,       /* child: my loop turns */
    WORD_LISTEN, /* supervisor to serve, with its address and a UDP socket: read it too */
};

#endif
