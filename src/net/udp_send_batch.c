#include "net/udp_send_batch.h"

#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A reply is compared with the last few groups alone, so that many clients cost no time. */
enum { GROUPS_COMPARED = 4, NONE = -1 };

/* Replies of one length to one peer. */
struct reply_group {
    int first, last; /* indexes of replies; `next` leads from the first to the last */
    unsigned count;
};

struct udp_send_batch {
    bool can_join; /* the kernel knows UDP_SEGMENT */
    int count;
    const struct udp_path *path[UDP_BATCH];
    size_t len[UDP_BATCH];
    int next[UDP_BATCH];
    struct reply_group groups[UDP_BATCH];
    int group_count;
    uint8_t octets[UDP_BATCH][UDP_SEND_BATCH_REPLY];

    struct mmsghdr messages[UDP_BATCH];
    struct iovec parts[UDP_BATCH];
    union udp_control controls[UDP_BATCH];
    unsigned message_count, part_count;
};

/* An older kernel would take all parts for one long datagram. */
static bool kernel_can_join(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), value;
    socklen_t len = sizeof value;
    bool can;

    if (fd == -1)
        return false;
    can = getsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, &len) == 0;
    close(fd);
    return can;
}

struct udp_send_batch *udp_send_batch_new(void)
{
    struct udp_send_batch *batch = calloc(1, sizeof *batch);

    if (batch)
        batch->can_join = kernel_can_join();
    return batch;
}

void udp_send_batch_free(struct udp_send_batch *batch)
{
    free(batch);
}

uint8_t *udp_send_batch_room(struct udp_send_batch *batch)
{
    return batch->octets[batch->count];
}

static bool leave_alike(const struct udp_path *one, const struct udp_path *other)
{
    return one->local.len == other->local.len &&
           (one->local.len == 0 ||
            (one->interface == other->interface && addr_equal(&one->local, &other->local)));
}

static bool go_together(const struct udp_send_batch *batch, int one, int other)
{
    const struct udp_path *left = batch->path[one], *right = batch->path[other];

    return batch->len[one] == batch->len[other] && addr_equal(&left->peer, &right->peer) &&
           leave_alike(left, right);
}

static struct reply_group *group_for(struct udp_send_batch *batch, int reply)
{
    int end = batch->group_count - GROUPS_COMPARED;

    for (int i = batch->group_count - 1; i >= 0 && i >= end; i--)
        if (go_together(batch, batch->groups[i].first, reply))
            return &batch->groups[i];
    return NULL;
}

void udp_send_batch_add(struct udp_send_batch *batch, const struct udp_path *path,
                        size_t len)
{
    int reply = batch->count++;
    struct reply_group *group;

    batch->path[reply] = path;
    batch->len[reply] = len;
    batch->next[reply] = NONE;
    group = batch->can_join ? group_for(batch, reply) : NULL;
    if (group) {
        batch->next[group->last] = reply;
        group->last = reply;
        group->count++;
    } else {
        batch->groups[batch->group_count++] = (struct reply_group){reply, reply, 1};
    }
}

/* Builds a message of the reply `first` and, with `all`, those that `next` leads to. */
static struct msghdr *pack(struct udp_send_batch *batch, int first, bool all)
{
    struct msghdr *message = &batch->messages[batch->message_count].msg_hdr;
    union udp_control *control = &batch->controls[batch->message_count];
    unsigned begin = batch->part_count;

    for (int i = first; i != NONE; i = all ? batch->next[i] : NONE)
        batch->parts[batch->part_count++] =
            (struct iovec){.iov_base = batch->octets[i], .iov_len = batch->len[i]};
    udp_address(message, batch->path[first], control);
    message->msg_iov = &batch->parts[begin];
    message->msg_iovlen = batch->part_count - begin;
    batch->message_count++;
    return message;
}

static void pack_each(struct udp_send_batch *batch, const struct reply_group *group)
{
    for (int i = group->first; i != NONE; i = batch->next[i])
        pack(batch, i, false);
}

static void pack_all(struct udp_send_batch *batch)
{
    for (int i = 0; i < batch->group_count; i++) {
        const struct reply_group *group = &batch->groups[i];
        uint16_t len = (uint16_t)batch->len[group->first];

        if (group->count < UDP_SEND_BATCH_JOINED)
            pack_each(batch, group);
        else
            udp_add_control(pack(batch, group->first, true), SOL_UDP, UDP_SEGMENT, &len,
                            sizeof len);
    }
}

/* A device that leaves checksums to us takes replies one by one, not joined (EIO). */
static void send_parts(const struct msghdr *joined, int fd)
{
    struct msghdr message = *joined;

    message.msg_iovlen = 1;
    message.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
    for (size_t i = 0; i < joined->msg_iovlen; i++) {
        message.msg_iov = &joined->msg_iov[i];
        sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

static void send_packed(struct udp_send_batch *batch, int fd)
{
    unsigned sent = 0;

    while (sent < batch->message_count) {
        int count = sendmmsg(fd, batch->messages + sent, batch->message_count - sent,
                             MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count > 0) {
            sent += (unsigned)count;
            continue;
        }
        if (batch->messages[sent].msg_hdr.msg_iovlen > 1)
            send_parts(&batch->messages[sent].msg_hdr, fd);
        sent++; /* the message that sendmmsg() stopped at is lost, or was sent in parts */
    }
}

void udp_send_batch_flush(struct udp_send_batch *batch, int fd)
{
    pack_all(batch);
    send_packed(batch, fd);
    batch->count = batch->group_count = 0;
    batch->message_count = batch->part_count = 0;
}
