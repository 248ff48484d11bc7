/*
 * Answers on their way from the lookup process to one of those who ask: those of one round
 * of the loop leave together at its end, so that serve is woken once for all of them. For
 * the loop's thread alone; nobody waits here for a process that does not read.
 */
#ifndef LOOKUP_MAILBAG_H
#define LOOKUP_MAILBAG_H

#include "channel/bundle.h"
#include "net/loop.h"

struct mailbag;

/* That a question has been taken up; part of a larger object. All zero, it is not given. */
struct receipt {
    struct list link;
    struct mailbag *mailbag; /* that it is in, or NULL */
    uint64_t id;
};

/* `end` of a channel is borrowed. NULL when memory is short. */
struct mailbag *mailbag_new(struct loop *, int end);
/* What has not left is lost. Accepts NULL. */
void mailbag_free(struct mailbag *);

/* Copies the message. If the channel has no room it leaves when there is. */
void mailbag_put(struct mailbag *, const void *message, size_t len);

/*
 * Lets the other end know that the question with this id has been taken up, together with
 * what else there is to say; by themselves receipts leave only when there are many, since
 * that costs a wake-up, or if the id says MESSAGE_PROMPT.
 */
void mailbag_give_receipt(struct mailbag *, struct receipt *, uint64_t id);
/* It is not needed any more; harmless if it was not given or has left. */
void mailbag_take_back(struct receipt *);

#endif
