#include "lookup/door.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/order.h"
#include "dns/rcode.h"
#include "dns/upstream.h"
#include "net/udp.h"

enum {
    QUESTIONS_A_ROUND = 64,
    QUERY_MAX = 512,
    BUFFER = 1 << 20,     /* questions wait here while a round is under way */
    PROBE_FLAGS = 0xff,   /* no question's */
    DATAGRAM_MAX = 65507, /* of IPv4: a longer reply cannot be given */
};

struct door {
    struct loop *loop;
    int fd;
    struct addr addr;
    struct watch *watch;
    struct table hands; /* one for each question; the others are its twins */
};

static bool is_for(struct table_link *link, const void *key)
{
    return question_equal_folded(&table_item(link, struct door_hand, link)->question, key);
}

static uint64_t hash_of(const struct door *door, const struct question *key)
{
    size_t len;
    const void *bytes = question_bytes(key, &len);

    return table_hash(&door->hands, bytes, len);
}

/* A hand that only looks is there for every type of its name. */
static void make_key(struct question *key, const struct question *question, bool is_probe)
{
    question_fold(key, question);
    if (!is_probe)
        return;
    key->type = 0;
    key->flags = PROBE_FLAGS;
}

static struct door_hand *find(const struct door *door, const struct question *key)
{
    struct table_link *link = table_find(&door->hands, hash_of(door, key), key);

    return link ? table_item(link, struct door_hand, link) : NULL;
}

/*
 * The hand to answer from; one with a reply if there is one. Several may be held for one
 * question, since a question for A may have to ask AAAA as well: each of them is asked.
 */
static const struct door_hand *ask_hands(const struct door *door,
                                         const struct question *asked, bool is_probe)
{
    struct door_hand *first, *hand, *best;
    struct question key;

    make_key(&key, asked, is_probe);
    first = hand = best = find(door, &key);
    if (!first)
        return NULL;
    do {
        hand->asked = true;
        if (!best->reply)
            best = hand;
        hand = list_item(hand->twins.next, struct door_hand, twins);
    } while (hand != first);
    return best;
}

static size_t make_reply(const struct door *door, const uint8_t *query, size_t len,
                         uint8_t *out, size_t size)
{
    struct question asked;
    const struct door_hand *hand;

    if (!upstream_read_query(query, len, &asked))
        return 0;
    hand = ask_hands(door, &asked, !upstream_wants_recursion(query));
    if (hand && hand->reply && hand->reply_len <= DATAGRAM_MAX)
        return upstream_copy_reply(hand->reply, hand->reply_len, query, len, out, size);
    return upstream_make_reply(query, len, RCODE_SERVFAIL, out, size);
}

static void door_ready(void *context, short revents)
{
    static uint8_t query[QUERY_MAX], reply[UPSTREAM_REPLY_MAX];
    const struct door *door = context;
    enum udp_result result;
    struct udp_path from;
    size_t len;

    (void)revents;
    for (int i = 0; i < QUESTIONS_A_ROUND; i++) {
        result = udp_receive(door->fd, query, sizeof query, &len, &from);
        if (result == UDP_EMPTY)
            return;
        if (result == UDP_SKIPPED)
            continue;
        len = make_reply(door, query, len, reply, sizeof reply);
        if (len > 0)
            udp_send(door->fd, reply, len, &from);
    }
}

static int bind_door(struct door *door)
{
    int size = BUFFER;

    door->addr.sock.ip4 = (struct sockaddr_in){.sin_family = AF_INET,
                                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    door->addr.len = sizeof door->addr.sock.ip4;
    door->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (door->fd == -1 || bind(door->fd, &door->addr.sock.any, door->addr.len) == -1 ||
        getsockname(door->fd, &door->addr.sock.any, &door->addr.len) == -1)
        return -1;
    setsockopt(door->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(door->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    door->watch = loop_watch(door->loop, door->fd, POLLIN, door_ready, door);
    return door->watch ? 0 : -1;
}

struct door *door_open(struct loop *loop)
{
    struct door *door = calloc(1, sizeof *door);
    int saved;

    if (!door)
        return NULL;
    door->loop = loop;
    door->fd = -1;
    if (table_init(&door->hands, is_for) == 0 && bind_door(door) == 0)
        return door;
    saved = errno;
    door_close(door);
    errno = saved;
    return NULL;
}

void door_close(struct door *door)
{
    if (!door)
        return;
    loop_unwatch(door->loop, door->watch);
    if (door->fd != -1)
        close(door->fd);
    table_free(&door->hands);
    free(door);
}

const struct addr *door_addr(const struct door *door)
{
    return &door->addr;
}

/* A reply in disorder that cannot be put in order is none: libc would deny what it has. */
static void put_in_order(struct door_hand *hand)
{
    hand->restored = NULL;
    if (!hand->reply || order_is_kept(&hand->question, hand->reply, hand->reply_len))
        return;
    hand->restored =
        order_restore(&hand->question, hand->reply, hand->reply_len, &hand->reply_len);
    hand->reply = hand->restored;
}

void door_hold(struct door *door, struct door_hand *hand)
{
    struct door_hand *first;

    hand->door = door;
    put_in_order(hand);
    list_init(&hand->twins);
    make_key(&hand->question, &hand->question, hand->is_probe);
    first = find(door, &hand->question);
    if (first)
        list_append(&first->twins, &hand->twins);
    else
        table_add(&door->hands, hash_of(door, &hand->question), &hand->link);
}

void door_drop(struct door_hand *hand)
{
    struct door *door = hand->door;
    bool is_first = door && find(door, &hand->question) == hand;
    struct door_hand *next;

    if (!door)
        return;
    hand->door = NULL;
    free(hand->restored);
    hand->reply = hand->restored = NULL;
    if (is_first)
        table_remove(&door->hands, &hand->link);
    if (is_first && !list_empty(&hand->twins)) {
        next = list_item(hand->twins.next, struct door_hand, twins);
        table_add(&door->hands, hash_of(door, &next->question), &next->link);
    }
    list_remove(&hand->twins);
}
