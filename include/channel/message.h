/*
 * The messages between the processes: questions to the lookup process, answers back, and
 * control messages between the supervisor and its children. Everything travels by value; a
 * question's id comes back with its answer.
 */
#pragma once

#include "dns/answer.h"
#include "dns/way.h"

enum { MESSAGE_MAX = ANSWER_RECORDS_MAX + ANSWER_TEXT + NAME_WIRE_MAX + 64 };

/* Length of the message, or 0 if it does not fit. */
size_t message_put_question(uint64_t id, const struct question *, void *out, size_t size);
/* False if the bytes are no question. */
bool message_get_question(const void *data, size_t len, uint64_t *id, struct question *);

/* An answer has its question with it, since serve may not know the id any more. */
size_t message_put_answer(uint64_t id, const struct question *, const struct answer *,
                          void *out, size_t size);
/*
 * False if the bytes are no answer. The records are borrowed from the data. `records_at` of
 * the answer stays unset, which only matters if records are added.
 */
bool message_get_answer(const void *data, size_t len, uint64_t *id, struct question *,
                        struct answer *);

/*
 * Flags in the id of a message. The rest of the id tells one question from another.
 *
 * From lookup: the answer is unsolicited. It was learnt on the way to the answer that has
 * the rest of the id, and which follows.
 */
#define MESSAGE_UNSOLICITED (UINT64_C(1) << 63)

/* With a question: others wait until it is taken up, so the receipt is sent at once. */
#define MESSAGE_PROMPT (UINT64_C(1) << 62)

/* With a question for a type other than addresses: serve's cache tells that the name
 * exists, or that it does not, so lookup need not find out whether it has addresses. */
#define MESSAGE_NAME_EXISTS (UINT64_C(1) << 61)
#define MESSAGE_NO_NAME     (UINT64_C(1) << 60)

/* With a question: the client wants to know the way of the answer (dns/way). From lookup:
 * these are the steps of that way; the answer follows. */
#define MESSAGE_WAY (UINT64_C(1) << 59)

/* From lookup: the rest of the id is the number that answers give a name server, and the
 * message tells which server that is. */
#define MESSAGE_SERVER (UINT64_C(1) << 58)

/* With a question: it was sent before, and its answer may have been lost on the way. Lookup
 * does nothing if it still works on it. */
#define MESSAGE_AGAIN (UINT64_C(1) << 57)

#define MESSAGE_ID_FLAGS                                                                   \
    (MESSAGE_UNSOLICITED | MESSAGE_PROMPT | MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME |        \
     MESSAGE_WAY | MESSAGE_SERVER | MESSAGE_AGAIN)

/* False if it is one of the other messages of lookup: a receipt, a way, or a server. */
bool message_is_answer(const void *data, size_t len);

enum { MESSAGE_WAY_MAX = 8 + WAY_MAX }; /* room for what message_put_way writes */

/* Writes the steps of a way. Length of the message, or 0 if it does not fit. */
size_t message_put_way(uint64_t id, const void *steps, size_t steps_len, void *out,
                       size_t size);
/* False if it is no such message. The steps are borrowed from the data. */
bool message_get_way(const void *data, size_t len, uint64_t *id, const uint8_t **steps,
                     size_t *steps_len);

enum { MESSAGE_SERVER_SIZE = 8 + 2 + 16 };

/* Writes which server has the number. Length of the message. */
size_t message_put_server(uint64_t number, const struct way_endpoint *,
                          uint8_t out[static MESSAGE_SERVER_SIZE]);
/* False if it is no such message, or no server can have the number. */
bool message_get_server(const void *data, size_t len, uint64_t *number,
                        struct way_endpoint *);

/*
 * The id of a question alone. From lookup it is a receipt: the question has been taken up,
 * so its answer depends on the network alone, and nothing waits behind it. From serve it
 * cancels the question, since nobody wants the answer any more.
 */
enum { MESSAGE_ID_SIZE = sizeof(uint64_t) };

void message_put_id(uint64_t id, uint8_t out[static MESSAGE_ID_SIZE]);
/* False if the bytes are anything else. */
bool message_get_id(const void *data, size_t len, uint64_t *id);

/* What serve tells lookup about forwarders, in shared words (base/counters) at the index of
 * the forwarder's number (question_forwarder). */
enum {
    WORDS_FORWARDERS = 0, /* who it is, which is for serve itself (serve/forwarders) */
    WORDS_GROUPS = 32,    /* the control group that it has to be alone in to be believed; 0:
                             it need not be */
};

/* Room for the data of a control message: a serial number and a name. */
enum { CONTROL_DATA_MAX = sizeof(uint32_t) + NAME_WIRE_MAX };

/* What the supervisor and a child tell each other, with the data of each. */
enum control_message {
    CONTROL_READY = 1,    /* from a child: it can do its work */
    CONTROL_LOOKUP_DIED,  /* to serve: its open questions will get no answer */
    CONTROL_HOST_CHANGED, /* to serve and lookup: what they have kept may be wrong */
    CONTROL_RETIRE,       /* to serve: others listen now; it ends when it owes no answer */
    CONTROL_FLUSH,     /* to serve, serial number, folded name: forget what is kept of the
                          name, or everything if there is none, and count it */
    CONTROL_LOG_LEVEL, /* to any child, one octet: enum log_level */
    CONTROL_PING,      /* to a child: answer CONTROL_PONG */
    CONTROL_PONG,      /* from a child: its loop turns */
    CONTROL_LISTEN,    /* to serve, an address, and its UDP socket: read that too */
    CONTROL_SHOW_HUNG, /* to serve, serial number: show the lookups that have been under way
                          for long (base/worst), and count them */
    CONTROL_COUNT,     /* from serve, serial number, 64 bits: what it was to count */
    CONTROL_CONNECT,   /* from dnstap: connect to its reader */
    CONTROL_CONNECTED, /* to dnstap, the number of an error: with 0 comes the socket */
};
