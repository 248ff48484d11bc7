#include "lookup/send_queue.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITING_MAX = 16 << 20, /* octets for a process that does not read */
    RECEIPTS_KEPT = 32,     /* fewer do not keep serve from sending more questions */
};

/* A bundle that the channel had no room for. */
struct unsent {
    struct list link;
    size_t len;
    uint8_t octets[];
};

struct send_queue {
    struct loop *loop;
    int end;
    struct timer flush;
    struct bundle bundle;
    struct list receipts;
    unsigned receipt_count;
    struct list waiting; /* struct unsent, in the order in which they are to leave */
    size_t waiting_len;
    struct watch *watch; /* for room in the channel, while any wait */
    size_t servers_told; /* the highest number */
};

static void unsent_free(struct send_queue *send_queue, struct unsent *unsent)
{
    send_queue->waiting_len -= unsent->len;
    list_remove(&unsent->link);
    free(unsent);
}

/* If the other process is gone, all are dropped. */
static void channel_has_room(void *context, short revents)
{
    struct send_queue *send_queue = context;
    struct unsent *unsent;

    (void)revents;
    while ((unsent = list_first(&send_queue->waiting, struct unsent, link))) {
        if (channel_send(send_queue->end, unsent->octets, unsent->len, CHANNEL_TRY) ==
            CHANNEL_BUSY)
            return;
        unsent_free(send_queue, unsent);
    }
    loop_unwatch(send_queue->loop, send_queue->watch);
    send_queue->watch = NULL;
}

/* Keeps the bundle for a process that does not read, so that it delays no other one. If
 * memory is short or too much waits, the bundle is lost, and serve says SERVFAIL in time.
 */
static void keep_unsent(struct send_queue *send_queue)
{
    const struct bundle *bundle = &send_queue->bundle;
    struct unsent *unsent = NULL;

    if (send_queue->waiting_len < WAITING_MAX)
        unsent = malloc(sizeof *unsent + bundle->len);
    if (!send_queue->watch)
        send_queue->watch = loop_watch(send_queue->loop, send_queue->end, POLLOUT,
                                       channel_has_room, send_queue);
    if (!unsent || !send_queue->watch) {
        free(unsent);
        return;
    }
    unsent->len = bundle->len;
    memcpy(unsent->octets, bundle->octets, bundle->len);
    list_init(&unsent->link);
    list_append(&send_queue->waiting, &unsent->link);
    send_queue->waiting_len += unsent->len;
}

/* Adds as many as the bundle has room for. */
static void add_receipts(struct send_queue *send_queue)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct receipt *receipt;

    while ((receipt = list_first(&send_queue->receipts, struct receipt, link))) {
        message_put_id(receipt->id, message);
        if (!bundle_add(&send_queue->bundle, message, sizeof message))
            return;
        send_queue_remove_receipt(receipt);
    }
}

static void flush(struct send_queue *send_queue)
{
    add_receipts(send_queue);
    if (!list_empty(&send_queue->waiting) ||
        bundle_send(&send_queue->bundle, send_queue->end, CHANNEL_TRY) == CHANNEL_BUSY)
        keep_unsent(send_queue);
    send_queue->bundle.len = 0;
}

static void flush_expired(void *context)
{
    flush(context);
}

struct send_queue *send_queue_new(struct loop *loop, int end)
{
    struct send_queue *send_queue = calloc(1, sizeof *send_queue);

    if (!send_queue)
        return NULL;
    send_queue->loop = loop;
    send_queue->end = end;
    timer_init(&send_queue->flush, flush_expired, send_queue);
    list_init(&send_queue->waiting);
    list_init(&send_queue->receipts);
    return send_queue;
}

void send_queue_free(struct send_queue *send_queue)
{
    struct unsent *unsent;

    if (!send_queue)
        return;
    while ((unsent = list_first(&send_queue->waiting, struct unsent, link)))
        unsent_free(send_queue, unsent);
    while (!list_empty(&send_queue->receipts))
        send_queue_remove_receipt(list_first(&send_queue->receipts, struct receipt, link));
    loop_unwatch(send_queue->loop, send_queue->watch);
    timer_cancel(&send_queue->flush);
    free(send_queue);
}

/* A timer that is due expires at the end of the round, after all that is ready. */
static void flush_soon(struct send_queue *send_queue)
{
    if (!timer_is_set(&send_queue->flush))
        timer_set(send_queue->loop, &send_queue->flush, 0);
}

void send_queue_add_receipt(struct send_queue *send_queue, struct receipt *receipt,
                            uint64_t id)
{
    receipt->send_queue = send_queue;
    receipt->id = id;
    list_init(&receipt->link);
    list_append(&send_queue->receipts, &receipt->link);
    if (++send_queue->receipt_count >= RECEIPTS_KEPT || (id & MESSAGE_PROMPT))
        flush_soon(send_queue);
}

void send_queue_remove_receipt(struct receipt *receipt)
{
    if (!receipt->send_queue)
        return;
    list_remove(&receipt->link);
    receipt->send_queue->receipt_count--;
    receipt->send_queue = NULL;
}

void send_queue_add(struct send_queue *send_queue, const void *message, size_t len)
{
    flush_soon(send_queue);
    if (bundle_add(&send_queue->bundle, message, len))
        return;
    flush(send_queue);
    bundle_add(&send_queue->bundle, message, len);
}

void send_queue_add_server(struct send_queue *send_queue, uint8_t number,
                           const struct way_endpoint *server)
{
    uint8_t message[MESSAGE_SERVER_SIZE];

    if (send_queue->servers_told < number)
        send_queue->servers_told = number;
    send_queue_add(send_queue, message, message_put_server(number, server, message));
}

size_t send_queue_servers_told(const struct send_queue *send_queue)
{
    return send_queue->servers_told;
}
