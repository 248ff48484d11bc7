/*
 * Answers that the hosts file alone has decided, kept until it changes, because libc would
 * read the whole file again for each of them. Their TTLs, which say how long clients may
 * keep them, stay as they are.
 *
 * An answer is found whatever the name's letter case and the question's flags are. For the
 * loop's thread alone.
 */
#pragma once

#include "lookup/send_queue.h"

/* What an answer depends on. */
struct hosts_version {
    uint64_t words;   /* of the hosts file; 0: it may have changed */
    unsigned sources; /* of the hosts: line */
    unsigned changes; /* calls of hosts_answers_forget */
};

struct hosts_answers;

/* NULL with errno. */
struct hosts_answers *hosts_answers_new(void);
/* Accepts NULL. */
void hosts_answers_free(struct hosts_answers *);

/* The present version of the host, with this version of its sources. */
struct hosts_version hosts_version_now(const struct hosts_answers *, unsigned sources);
bool hosts_version_is(const struct hosts_version *, const struct hosts_version *);

/* Finds the answer, whose records are borrowed until another one is kept; false if none of
 * this version is kept. */
bool hosts_answers_find(struct hosts_answers *, const struct hosts_version *,
                        const struct question *, struct answer *);
/* Sends the answer with this id; false if none of this version is kept. */
bool hosts_answers_send(struct hosts_answers *, const struct hosts_version *,
                        const struct question *, struct send_queue *, uint64_t id);

/* Keeps the answer of a message that message_put_answer has written. */
void hosts_answers_keep(struct hosts_answers *, const struct hosts_version *,
                        const void *message, size_t len);

/* Call this when something else has changed that answers depend on, such as the host's own
 * addresses, by which libc sorts. Answers to questions under way are not kept either. */
void hosts_answers_forget(struct hosts_answers *);
