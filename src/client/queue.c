#include "client/queue.h"

#include "base/xalloc.h"

#include <stdlib.h>

static void give_up_place(struct queue *queue, struct queue_item *item)
{
    queue->taken -= item->has_place;
    item->has_place = false;
}

/* With one place, names are asked about strictly one after the other, even if one hangs. */
static bool may_hang(const struct queue *queue)
{
    return queue->places > 1;
}

int64_t queue_next_place(const struct queue *queue)
{
    return may_hang(queue) && queue->young ? queue->young->asked_ms + QUEUE_HANGS_MS
                                           : INT64_MAX;
}

bool queue_has_room(struct queue *queue, int64_t now)
{
    while (queue_next_place(queue) <= now) {
        give_up_place(queue, queue->young);
        queue->young = queue->young->next;
    }
    return queue->taken < queue->places && queue->asked < QUEUE_ASKED &&
           queue->names < QUEUE_NAMES && queue->octets < QUEUE_OCTETS;
}

struct queue_item *queue_add(struct queue *queue)
{
    struct queue_item *item = xcalloc(1, sizeof *item);

    if (queue->last)
        queue->last->next = item;
    else
        queue->first = item;
    queue->last = item;
    queue->names++;
    return item;
}

void queue_ask(struct queue *queue, struct queue_item *item, int64_t now)
{
    item->waiting = item->inquiry.count;
    item->asked_ms = now;
    item->has_place = true;
    queue->asked++;
    queue->taken++;
    if (!queue->young)
        queue->young = item;
}

static size_t octets_of(const struct queue_item *item)
{
    size_t octets = 0;

    for (size_t i = 0; i < item->inquiry.count; i++)
        octets += item->inquiry.exchanges[i].size;
    return octets;
}

void queue_end_question(struct queue *queue, struct queue_item *item)
{
    if (--item->waiting > 0)
        return;
    give_up_place(queue, item);
    queue->asked--;
    queue->octets += octets_of(item);
}

struct queue_item *queue_finished(const struct queue *queue)
{
    return queue->first && queue->first->waiting == 0 ? queue->first : NULL;
}

void queue_drop(struct queue *queue)
{
    struct queue_item *item = queue->first;

    if (item->waiting == 0)
        queue->octets -= octets_of(item);
    if (queue->young == item)
        queue->young = item->next;
    if (queue->last == item)
        queue->last = NULL;
    queue->first = item->next;
    queue->names--;
    inquiry_free(&item->inquiry);
    free(item->wish.name);
    free(item->complaint);
    free(item);
}
