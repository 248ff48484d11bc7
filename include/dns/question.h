/*
 * A question: a name, a type, and what shall come with the answer. The class is always
 * IN: a query for any class is answered in that one, and queries for other classes are
 * refused before a question is made of them.
 */
#pragma once

#include "dns/name.h"
#include "dns/type.h"

/* Flags of a question: two bits that change what a name server says (RFC 4035), and the
 * number of the forwarder on this host that asks, or 0. */
enum {
    QUESTION_DNSSEC_OK = 1,         /* DO: signatures are wanted */
    QUESTION_CHECKING_DISABLED = 2, /* CD: even those that do not verify */
    QUESTION_FORWARDER_SHIFT = 2,
    QUESTION_FORWARDER_MAX = 31,
    QUESTION_FORWARDER = QUESTION_FORWARDER_MAX << QUESTION_FORWARDER_SHIFT,
};

struct question {
    uint16_t type;
    uint8_t flags;
    uint8_t name_len;
    uint8_t name[NAME_WIRE_MAX];
};

/* The number of the forwarder that asks; 0: the client is not known to be one. */
unsigned question_forwarder(const struct question *);
void question_set_forwarder(struct question *, unsigned number);

static inline struct name question_name(const struct question *question)
{
    return (struct name){question->name, question->name_len};
}

void question_set_name(struct question *, struct name);

/* Reads an entry of a question section. Its name must not be compressed: nothing stands
 * before it that it could lead to. The flags of the question are 0. */
bool question_get(struct reader *, struct question *, uint16_t *class);
bool question_skip(struct reader *);

/* Writes such an entry. */
void question_put(struct writer *, const struct question *, uint16_t class);

/* Octets of the question section that asks it: name, type and class. */
size_t question_wire_len(const struct question *);

/* The question with its name in lower case, so that equal ones are equal bytes. */
void question_fold(struct question *out, const struct question *);

/* A folded question as bytes for hashing; borrowed. */
const void *question_bytes(const struct question *, size_t *len);
bool question_equal_folded(const struct question *, const struct question *);

/* True if its name is the one with these labels, such as "\5local", or below it. */
#define question_is_below(question, labels)                                                \
    (name_apex_at(question_name(question), (struct name)NAME_OF(labels)) != -1)

/* Readable text for logs: "name TYPE", odd octets escaped as \DDD. Returns `text`. */
enum { QUESTION_TEXT = 1024 + 16 };
const char *question_text(const struct question *, char text[static QUESTION_TEXT]);
