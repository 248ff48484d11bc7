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

/* `end` of a channel is borrowed. NULL when memory is short. */
struct mailbag *mailbag_new(struct loop *, int end);
/* What has not left is lost. Accepts NULL. */
void mailbag_free(struct mailbag *);

/* Copies the message. If the channel has no room it leaves when there is. */
void mailbag_put(struct mailbag *, const void *message, size_t len);

#endif
