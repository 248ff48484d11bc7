#include "net/volley.h"

#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A reply is compared with so many groups before it, so that many clients cost no time. */
enum { GROUPS_COMPARED = 4, NONE = -1 };

/* Replies of one length to one peer. */
struct group {
    int first, last; /* their numbers; `next` leads from one to the other */
    unsigned count;
};

struct volley {
    bool joins; /* the kernel can */
    int count;
    const struct udp_path *path[VOLLEY_REPLIES];
    size_t len[VOLLEY_REPLIES];
    int next[VOLLEY_REPLIES];
    struct group groups[VOLLEY_REPLIES];
    int group_count;
    uint8_t octets[VOLLEY_REPLIES][VOLLEY_REPLY];

    struct mmsghdr messages[VOLLEY_REPLIES];
    struct iovec parts[VOLLEY_REPLIES];
    union udp_control controls[VOLLEY_REPLIES];
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

struct volley *volley_new(void)
{
    struct volley *volley = calloc(1, sizeof *volley);

    if (volley)
        volley->joins = kernel_can_join();
    return volley;
}

void volley_free(struct volley *volley)
{
    free(volley);
}

uint8_t *volley_room(struct volley *volley)
{
    return volley->octets[volley->count];
}

static bool leave_alike(const struct udp_path *one, const struct udp_path *other)
{
    return one->local.len == other->local.len &&
           (one->local.len == 0 ||
            (one->interface == other->interface && addr_equal(&one->local, &other->local)));
}

static bool go_together(const struct volley *volley, int one, int other)
{
    const struct udp_path *left = volley->path[one], *right = volley->path[other];

    return volley->len[one] == volley->len[other] &&
           addr_equal(&left->peer, &right->peer) && leave_alike(left, right);
}

static struct group *group_for(struct volley *volley, int reply)
{
    int end = volley->group_count - GROUPS_COMPARED;

    for (int i = volley->group_count - 1; i >= 0 && i >= end; i--)
        if (go_together(volley, volley->groups[i].first, reply))
            return &volley->groups[i];
    return NULL;
}

void volley_put(struct volley *volley, const struct udp_path *path, size_t len)
{
    int reply = volley->count++;
    struct group *group;

    volley->path[reply] = path;
    volley->len[reply] = len;
    volley->next[reply] = NONE;
    group = volley->joins ? group_for(volley, reply) : NULL;
    if (group) {
        volley->next[group->last] = reply;
        group->last = reply;
        group->count++;
    } else {
        volley->groups[volley->group_count++] = (struct group){reply, reply, 1};
    }
}

/* A message with the parts from `first` on, as far as `next` leads or just this one. */
static struct msghdr *pack(struct volley *volley, int first, bool all)
{
    struct msghdr *message = &volley->messages[volley->message_count].msg_hdr;
    union udp_control *control = &volley->controls[volley->message_count];
    unsigned begin = volley->part_count;

    for (int i = first; i != NONE; i = all ? volley->next[i] : NONE)
        volley->parts[volley->part_count++] =
            (struct iovec){.iov_base = volley->octets[i], .iov_len = volley->len[i]};
    udp_address(message, volley->path[first], control);
    message->msg_iov = &volley->parts[begin];
    message->msg_iovlen = volley->part_count - begin;
    volley->message_count++;
    return message;
}

static void pack_each(struct volley *volley, const struct group *group)
{
    for (int i = group->first; i != NONE; i = volley->next[i])
        pack(volley, i, false);
}

static void pack_all(struct volley *volley)
{
    for (int i = 0; i < volley->group_count; i++) {
        const struct group *group = &volley->groups[i];
        uint16_t len = (uint16_t)volley->len[group->first];

        if (group->count < VOLLEY_JOINED)
            pack_each(volley, group);
        else
            udp_add_control(pack(volley, group->first, true), SOL_UDP, UDP_SEGMENT, &len,
                            sizeof len);
    }
}

/* A path that cannot join them (EIO: its device leaves checksums to us) takes each. */
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

static void send_packed(struct volley *volley, int fd)
{
    unsigned sent = 0;

    while (sent < volley->message_count) {
        int count = sendmmsg(fd, volley->messages + sent, volley->message_count - sent,
                             MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count > 0) {
            sent += (unsigned)count;
            continue;
        }
        if (volley->messages[sent].msg_hdr.msg_iovlen > 1)
            send_parts(&volley->messages[sent].msg_hdr, fd);
        sent++; /* the one it stopped at is lost, or now sent */
    }
}

void volley_send(struct volley *volley, int fd)
{
    pack_all(volley);
    send_packed(volley, fd);
    volley->count = volley->group_count = 0;
    volley->message_count = volley->part_count = 0;
}
