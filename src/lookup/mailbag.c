#include "lookup/mailbag.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITING_MAX = 16 << 20, /* octets for one who does not read */
    RECEIPTS_KEPT = 32,     /* the other end can send some more questions meanwhile */
};

/* What the channel had no room for. */
struct parcel {
    struct list link;
    size_t len;
    uint8_t octets[];
};

struct mailbag {
    struct loop *loop;
    int end;
    struct timer departure;
    struct bundle bundle;
    struct list receipts;
    unsigned receipt_count;
    struct list waiting; /* parcels, the first one to leave first */
    size_t waiting_len;
    struct watch *watch; /* for room, while there are any */
};

static void parcel_free(struct mailbag *mailbag, struct parcel *parcel)
{
    mailbag->waiting_len -= parcel->len;
    list_remove(&parcel->link);
    free(parcel);
}

/* The other end may be gone; then nobody waits. */
static void channel_has_room(void *context, short revents)
{
    struct mailbag *mailbag = context;
    struct parcel *parcel;

    (void)revents;
    while ((parcel = list_first(&mailbag->waiting, struct parcel, link))) {
        if (channel_send(mailbag->end, parcel->octets, parcel->len, CHANNEL_TRY) ==
            CHANNEL_BUSY)
            return;
        parcel_free(mailbag, parcel);
    }
    loop_unwatch(mailbag->loop, mailbag->watch);
    mailbag->watch = NULL;
}

/* Nobody else is to wait with who does not read. Without memory, or if that is too much, it
 * is lost, and serve says SERVFAIL in time. */
static void keep_waiting(struct mailbag *mailbag)
{
    const struct bundle *bundle = &mailbag->bundle;
    struct parcel *parcel = NULL;

    if (mailbag->waiting_len < WAITING_MAX)
        parcel = malloc(sizeof *parcel + bundle->len);
    if (!mailbag->watch)
        mailbag->watch =
            loop_watch(mailbag->loop, mailbag->end, POLLOUT, channel_has_room, mailbag);
    if (!parcel || !mailbag->watch) {
        free(parcel);
        return;
    }
    parcel->len = bundle->len;
    memcpy(parcel->octets, bundle->octets, bundle->len);
    list_init(&parcel->link);
    list_append(&mailbag->waiting, &parcel->link);
    mailbag->waiting_len += parcel->len;
}

/* As many as there is room for. */
static void add_receipts(struct mailbag *mailbag)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct receipt *receipt;

    while ((receipt = list_first(&mailbag->receipts, struct receipt, link))) {
        message_put_id(receipt->id, message);
        if (!bundle_add(&mailbag->bundle, message, sizeof message))
            return;
        mailbag_take_back(receipt);
    }
}

static void depart(struct mailbag *mailbag)
{
    add_receipts(mailbag);
    if (!list_empty(&mailbag->waiting) ||
        bundle_send(&mailbag->bundle, mailbag->end, CHANNEL_TRY) == CHANNEL_BUSY)
        keep_waiting(mailbag);
    mailbag->bundle.len = 0;
}

static void ring_departure(void *context)
{
    depart(context);
}

struct mailbag *mailbag_new(struct loop *loop, int end)
{
    struct mailbag *mailbag = calloc(1, sizeof *mailbag);

    if (!mailbag)
        return NULL;
    mailbag->loop = loop;
    mailbag->end = end;
    timer_init(&mailbag->departure, ring_departure, mailbag);
    list_init(&mailbag->waiting);
    list_init(&mailbag->receipts);
    return mailbag;
}

void mailbag_free(struct mailbag *mailbag)
{
    struct parcel *parcel;

    if (!mailbag)
        return;
    while ((parcel = list_first(&mailbag->waiting, struct parcel, link)))
        parcel_free(mailbag, parcel);
    while (!list_empty(&mailbag->receipts))
        mailbag_take_back(list_first(&mailbag->receipts, struct receipt, link));
    loop_unwatch(mailbag->loop, mailbag->watch);
    timer_cancel(&mailbag->departure);
    free(mailbag);
}

/* A timer that is due rings at the end of the round, however much is ready before it. */
static void depart_soon(struct mailbag *mailbag)
{
    if (!timer_is_set(&mailbag->departure))
        timer_set(mailbag->loop, &mailbag->departure, 0);
}

void mailbag_give_receipt(struct mailbag *mailbag, struct receipt *receipt, uint64_t id)
{
    receipt->mailbag = mailbag;
    receipt->id = id;
    list_init(&receipt->link);
    list_append(&mailbag->receipts, &receipt->link);
    if (++mailbag->receipt_count >= RECEIPTS_KEPT || (id & MESSAGE_PROMPT))
        depart_soon(mailbag);
}

void mailbag_take_back(struct receipt *receipt)
{
    if (!receipt->mailbag)
        return;
    list_remove(&receipt->link);
    receipt->mailbag->receipt_count--;
    receipt->mailbag = NULL;
}

void mailbag_put(struct mailbag *mailbag, const void *message, size_t len)
{
    depart_soon(mailbag);
    if (bundle_add(&mailbag->bundle, message, len))
        return;
    depart(mailbag);
    bundle_add(&mailbag->bundle, message, len);
}
