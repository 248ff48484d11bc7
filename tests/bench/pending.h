/*
 * Questions that wait for their replies, and what became of the others. A question has a
 * slot whose number is its message id; nothing here knows how octets travel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "question.h"

enum { SLOTS = 65536, NO_SLOT = -1, BUCKETS = 64 * 32 };

struct slot {
    uint8_t entry[ENTRY_SIZE]; /* of the question section, as it was sent */
    size_t entry_len;
    int64_t sent; /* nanoseconds; where a rate is kept: when it was due */
    int connection;
    int older, newer; /* slots, or NO_SLOT */
    bool waits;
};

struct pending {
    struct slot slots[SLOTS];
    uint16_t free[SLOTS]; /* a ring: the id that rested longest is used next */
    unsigned free_first, free_count;
    int oldest, newest;
    unsigned waiting;

    uint64_t sent, answered, lost;
    uint64_t stray; /* no reply to anything that waits */
    uint64_t rcodes[16];
    uint64_t records; /* replies with an answer section */
    uint64_t truncated;
    int64_t longest;
    uint64_t buckets[BUCKETS];
};

int64_t clock_ns(void);

/* For so many that wait at the same time. Ids come from a few more than these: to go
 * through all 65,536 would cost a cache miss a question. */
struct pending *pending_new(unsigned window);

/* Writes the next question to `wire` and lets it wait; its length, 0 if no id is free. */
size_t pending_ask(struct pending *, struct questions *, uint8_t wire[QUESTION_SIZE],
                   int64_t sent, int connection);

/* Takes a message that arrived; the connection of its question, or -1 for a stray. */
int pending_take(struct pending *, const uint8_t *wire, size_t len, int64_t now);

/* Gives up what was sent before `then`; how many. */
unsigned pending_expire(struct pending *, int64_t then);
/* Gives up all that waits on a connection that ended. */
unsigned pending_forget(struct pending *, int connection);

/* The latency in microseconds that this share of the answers did not exceed. */
double pending_percentile(const struct pending *, double share);
