/*
 * The names of a batch in the order in which they were given, and a limit on how many are
 * asked about at the same time: each takes one of `places`, and one that hangs gives its
 * place up.
 */
#pragma once

#include "client/inquiry.h"

enum {
    QUEUE_NAMES = 4096,      /* in the queue: finished ones wait for those before them */
    QUEUE_OCTETS = 16 << 20, /* of their replies */
    QUEUE_ASKED = 1024,      /* names that may be asked in all, those that hang included */
    QUEUE_HANGS_MS = 1000,   /* a name without a reply after this time hangs */
};

/* A name, or a complaint where one should be. */
struct queue_item {
    struct inquiry inquiry;
    size_t waiting;   /* its questions that have not ended */
    struct wish wish; /* its name is to free(); NULL: no search list is tried */
    size_t attempt;
    char *complaint;         /* to free(); NULL: it is a name */
    int code;                /* of the complaint */
    struct queue_item *next; /* this and what follows is the queue's */
    int64_t asked_ms;
    bool has_place;
};

/* It is empty if all but `places` is zero. */
struct queue {
    size_t places;
    struct queue_item *first, *last;
    struct queue_item *young;   /* the first that may still get a reply soon */
    size_t names, asked, taken; /* in all; with questions waiting; with a place */
    size_t octets;              /* of replies */
};

/* False: the first names have to end before there may be one more. */
bool queue_has_room(struct queue *, int64_t now_ms);
/* When a place is given up next, if no name ends before; INT64_MAX: never. */
int64_t queue_next_place(const struct queue *);

/* A new one at the end, zeroed; it counts as finished until it is asked. */
struct queue_item *queue_add(struct queue *);
/* Its questions go out now. */
void queue_ask(struct queue *, struct queue_item *, int64_t now_ms);
/* One of its questions has ended. */
void queue_end_question(struct queue *, struct queue_item *);

/* The first one if it is finished, or NULL. */
struct queue_item *queue_finished(const struct queue *);
void queue_drop(struct queue *); /* the first one */
