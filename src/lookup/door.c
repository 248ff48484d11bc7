#include "lookup/door.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/rcode.h"
#include "dns/upstream.h"
#include "net/udp.h"

enum {
    QUESTIONS_A_ROUND = 64,
    QUERY_MAX = 512,
    BUFFER = 1 << 20,     /* questions wait here while a round is under way */
    DATAGRAM_MAX = 65507, /* of IPv4: a longer reply cannot be given */
};

struct door {
    struct loop *loop;
    int fd;
    struct addr addr;
    struct watch *watch;
    struct list hands, probes;
};

/* Hands may be many, so those that only look are kept apart. */
static void note_probe(const struct door *door, const struct question *asked)
{
    for (struct list *link = door->probes.next; link != &door->probes; link = link->next) {
        struct door_hand *hand = list_item(link, struct door_hand, link);

        if (name_equal(hand->question.name, hand->question.name_len, asked->name,
                       asked->name_len))
            hand->asked = true;
    }
}

static bool is_for(const struct door_hand *hand, const struct question *asked)
{
    return hand->question.type == asked->type && hand->question.flags == asked->flags &&
           name_equal(hand->question.name, hand->question.name_len, asked->name,
                      asked->name_len);
}

/*
 * The hand to answer from; one with a reply if there is one. Several may be held for one
 * question, since a question for A may have to ask AAAA as well: each of them is asked.
 */
static const struct door_hand *ask_hands(const struct door *door,
                                         const struct question *asked)
{
    const struct door_hand *best = NULL;

    for (struct list *link = door->hands.next; link != &door->hands; link = link->next) {
        struct door_hand *hand = list_item(link, struct door_hand, link);

        if (!is_for(hand, asked))
            continue;
        hand->asked = true;
        if (!best || !best->reply)
            best = hand;
    }
    return best;
}

static size_t make_reply(const struct door *door, const uint8_t *query, size_t len,
                         uint8_t *out, size_t size)
{
    struct question asked;
    const struct door_hand *hand;

    if (!upstream_read_query(query, len, &asked))
        return 0;
    if (!upstream_wants_recursion(query)) {
        note_probe(door, &asked);
        return upstream_make_reply(query, len, RCODE_SERVFAIL, out, size);
    }
    hand = ask_hands(door, &asked);
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
    list_init(&door->hands);
    list_init(&door->probes);
    if (bind_door(door) == 0)
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
    free(door);
}

const struct addr *door_addr(const struct door *door)
{
    return &door->addr;
}

void door_hold(struct door *door, struct door_hand *hand)
{
    list_append(hand->is_probe ? &door->probes : &door->hands, &hand->link);
}

void door_drop(struct door_hand *hand)
{
    list_remove(&hand->link);
}
