#include "net/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void note_local(struct udp_path *path, const struct cmsghdr *part)
{
    struct in_pktinfo ip4;
    struct in6_pktinfo ip6;

    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
        memcpy(&ip4, CMSG_DATA(part), sizeof ip4);
        path->local.sock.ip4 =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = ip4.ipi_addr};
        path->local.len = sizeof path->local.sock.ip4;
        path->interface = (unsigned)ip4.ipi_ifindex;
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
        memcpy(&ip6, CMSG_DATA(part), sizeof ip6);
        path->local.sock.ip6 =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = ip6.ipi6_addr};
        path->local.len = sizeof path->local.sock.ip6;
        path->interface = ip6.ipi6_ifindex;
    }
}

/* Reads what the kernel has told of a datagram. False if it is to be skipped. */
static bool read_path(struct msghdr *message, struct udp_path *path)
{
    path->peer.len = message->msg_namelen;
    path->local.len = 0;
    if ((message->msg_flags & MSG_TRUNC) || addr_port(&path->peer) == 0)
        return false;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head;
         head = CMSG_NXTHDR(message, head))
        note_local(path, head);
    return true;
}

enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len,
                            struct udp_path *path)
{
    union udp_control control;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {
        .msg_name = &path->peer.sock,
        .msg_namelen = sizeof path->peer.sock,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

    if (got == -1) /* an ICMP error that an earlier reply met is reported once */
        return errno == EAGAIN || errno == EWOULDBLOCK ? UDP_EMPTY : UDP_SKIPPED;
    *len = (size_t)got;
    return read_path(&message, path) ? UDP_DATAGRAM : UDP_SKIPPED;
}

void udp_add_control(struct msghdr *message, int level, int type, const void *data,
                     size_t size)
{
    struct cmsghdr *head = (void *)((char *)message->msg_control + message->msg_controllen);

    message->msg_controllen += CMSG_SPACE(size);
    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(head), data, size);
}

/* A socket bound to the wildcard address would leave the source address to the kernel. */
static void add_local(struct msghdr *message, const struct udp_path *path)
{
    struct in_pktinfo ip4 = {.ipi_spec_dst = path->local.sock.ip4.sin_addr};
    struct in6_pktinfo ip6 = {.ipi6_addr = path->local.sock.ip6.sin6_addr,
                              .ipi6_ifindex = path->interface};

    if (path->local.sock.any.sa_family == AF_INET)
        udp_add_control(message, IPPROTO_IP, IP_PKTINFO, &ip4, sizeof ip4);
    else
        udp_add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &ip6, sizeof ip6);
}

void udp_address(struct msghdr *message, const struct udp_path *path,
                 union udp_control *control)
{
    *message = (struct msghdr){.msg_name = (void *)(uintptr_t)&path->peer.sock,
                               .msg_namelen = path->peer.len,
                               .msg_control = control};
    if (path->local.len > 0)
        add_local(message, path);
}

bool udp_send(int fd, const void *data, size_t len, const struct udp_path *path)
{
    union udp_control control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
    struct msghdr message;

    udp_address(&message, path, &control);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != -1 || errno != EMSGSIZE;
}

/* One datagram's buffers. */
struct datagram {
    struct udp_path path;
    struct iovec part;
    union udp_control control;
};

struct udp_batch {
    size_t longest;
    uint8_t *octets; /* UDP_BATCH times `longest` */
    struct datagram in[UDP_BATCH];
    struct mmsghdr received[UDP_BATCH];
};

static void set_up_datagram(struct datagram *datagram, struct msghdr *message, void *octets)
{
    datagram->part.iov_base = octets;
    *message = (struct msghdr){
        .msg_name = &datagram->path.peer.sock, .msg_iov = &datagram->part, .msg_iovlen = 1};
}

struct udp_batch *udp_batch_new(size_t longest_datagram)
{
    struct udp_batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        return NULL;
    batch->longest = longest_datagram;
    batch->octets = malloc(UDP_BATCH * longest_datagram);
    if (!batch->octets) {
        free(batch);
        return NULL;
    }
    for (size_t i = 0; i < UDP_BATCH; i++)
        set_up_datagram(&batch->in[i], &batch->received[i].msg_hdr,
                        batch->octets + i * longest_datagram);
    return batch;
}

void udp_batch_free(struct udp_batch *batch)
{
    if (!batch)
        return;
    free(batch->octets);
    free(batch);
}

size_t udp_batch_receive(struct udp_batch *batch, int fd)
{
    int count;

    for (size_t i = 0; i < UDP_BATCH; i++) { /* recvmmsg() has changed them */
        struct msghdr *message = &batch->received[i].msg_hdr;

        batch->in[i].part.iov_len = batch->longest;
        message->msg_namelen = sizeof batch->in[i].path.peer.sock;
        message->msg_control = &batch->in[i].control;
        message->msg_controllen = sizeof batch->in[i].control;
    }
    count = recvmmsg(fd, batch->received, UDP_BATCH, MSG_DONTWAIT, NULL);
    return count > 0 ? (size_t)count : 0;
}

const uint8_t *udp_batch_datagram(struct udp_batch *batch, size_t i, size_t *len,
                                  const struct udp_path **path)
{
    struct datagram *datagram = &batch->in[i];

    if (!read_path(&batch->received[i].msg_hdr, &datagram->path))
        return NULL;
    *len = batch->received[i].msg_len;
    *path = &datagram->path;
    return datagram->part.iov_base;
}
