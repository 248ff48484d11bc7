#include "pending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct pending *pending_new(unsigned window)
{
    unsigned ids = window < SLOTS / 4 ? window * 4 : SLOTS;
    struct pending *pending = calloc(1, sizeof *pending);

    if (!pending)
        abort();
    for (unsigned i = 0; i < ids; i++)
        pending->free[i] = (uint16_t)i;
    pending->free_count = ids;
    pending->oldest = pending->newest = NO_SLOT;
    return pending;
}

static void append(struct pending *pending, int id)
{
    struct slot *slot = &pending->slots[id];

    slot->older = pending->newest;
    slot->newer = NO_SLOT;
    if (pending->newest == NO_SLOT)
        pending->oldest = id;
    else
        pending->slots[pending->newest].newer = id;
    pending->newest = id;
}

static void release(struct pending *pending, int id)
{
    struct slot *slot = &pending->slots[id];

    if (slot->older == NO_SLOT)
        pending->oldest = slot->newer;
    else
        pending->slots[slot->older].newer = slot->newer;
    if (slot->newer == NO_SLOT)
        pending->newest = slot->older;
    else
        pending->slots[slot->newer].older = slot->older;
    slot->waits = false;
    pending->waiting--;
    pending->free[(pending->free_first + pending->free_count++) % SLOTS] = (uint16_t)id;
}

size_t pending_ask(struct pending *pending, struct questions *questions,
                   uint8_t wire[QUESTION_SIZE], int64_t sent, int connection)
{
    struct slot *slot;
    uint16_t id;
    size_t len;

    if (pending->free_count == 0)
        return 0;
    id = pending->free[pending->free_first++ % SLOTS];
    pending->free_count--;
    slot = &pending->slots[id];
    len = questions_write(questions, id, wire, &slot->entry_len);
    memcpy(slot->entry, wire + HEADER_SIZE, slot->entry_len);
    slot->sent = sent;
    slot->connection = connection;
    slot->waits = true;
    append(pending, id);
    pending->waiting++;
    pending->sent++;
    return len;
}

/* 32 buckets for each power of two: a bucket is at most three per cent wide. */
static unsigned bucket_of(int64_t latency)
{
    uint64_t value = latency < 32 ? 32 : (uint64_t)latency;
    unsigned log = 63 - (unsigned)__builtin_clzll(value);

    return log * 32 + (unsigned)(value >> (log - 5) & 31);
}

static double bucket_end(unsigned bucket)
{
    unsigned log = bucket / 32;

    return (double)((33 + (uint64_t)(bucket % 32)) << log) / 32;
}

double pending_percentile(const struct pending *pending, double share)
{
    double wanted = share * (double)pending->answered;
    uint64_t seen = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += pending->buckets[i];
        if (seen && (double)seen >= wanted)
            return fmin(bucket_end(i), (double)pending->longest) / 1e3;
    }
    return 0;
}

static bool is_reply_to(const struct slot *slot, const uint8_t *wire, size_t len)
{
    return slot->waits && (wire[2] & 0x80) && len >= HEADER_SIZE + slot->entry_len &&
           memcmp(wire + HEADER_SIZE, slot->entry, slot->entry_len) == 0;
}

int pending_take(struct pending *pending, const uint8_t *wire, size_t len, int64_t now)
{
    struct slot *slot;
    int id;

    if (len < HEADER_SIZE) {
        pending->stray++;
        return -1;
    }
    id = wire[0] << 8 | wire[1];
    slot = &pending->slots[id];
    if (!is_reply_to(slot, wire, len)) {
        pending->stray++;
        return -1;
    }
    pending->answered++;
    pending->rcodes[wire[3] & 15]++;
    pending->records += (wire[6] | wire[7]) != 0;
    pending->truncated += (wire[2] & 2) != 0;
    pending->buckets[bucket_of(now - slot->sent)]++;
    if (now - slot->sent > pending->longest)
        pending->longest = now - slot->sent;
    release(pending, id);
    return slot->connection;
}

unsigned pending_expire(struct pending *pending, int64_t then)
{
    unsigned count = 0;

    while (pending->oldest != NO_SLOT && pending->slots[pending->oldest].sent < then) {
        release(pending, pending->oldest);
        count++;
    }
    pending->lost += count;
    return count;
}

unsigned pending_forget(struct pending *pending, int connection)
{
    unsigned count = 0;

    for (int id = pending->oldest, newer; id != NO_SLOT; id = newer) {
        newer = pending->slots[id].newer;
        if (pending->slots[id].connection != connection)
            continue;
        release(pending, id);
        count++;
    }
    pending->lost += count;
    return count;
}
