/*
 * What the lookup process sends to one serve process. The messages of one round of the loop
 * leave together at its end, so that serve is woken once for all of them. A process that
 * does not read delays no other one. For the loop's thread alone.
 */
#pragma once

#include "channel/bundle.h"
#include "net/loop.h"

struct send_queue;

/* Says that a question has been taken up. Part of a larger object; zeroed, it is in no send
 * queue. */
struct receipt {
    struct list link;
    struct send_queue *send_queue; /* NULL: none */
    uint64_t id;
};

/* Borrows the `end` of a channel. NULL when memory is short. */
struct send_queue *send_queue_new(struct loop *, int end);
/* Drops what has not left. Accepts NULL. */
void send_queue_free(struct send_queue *);

/* Copies the message. If the channel is full, it leaves later. */
void send_queue_add(struct send_queue *, const void *message, size_t len);

/* Tells serve which name server the number in answers stands for. */
void send_queue_add_server(struct send_queue *, uint8_t number,
                           const struct way_endpoint *);
/* The highest number that serve has been told of. */
size_t send_queue_servers_told(const struct send_queue *);

/*
 * Tells serve that the question with this id has been taken up. Because that costs a
 * wake-up, a receipt leaves with the next message, or when there are many receipts, or if
 * the id says MESSAGE_PROMPT.
 */
void send_queue_add_receipt(struct send_queue *, struct receipt *, uint64_t id);
/* Takes it out again; harmless if it is in none, or has left. */
void send_queue_remove_receipt(struct receipt *);
