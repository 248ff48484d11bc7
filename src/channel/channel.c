#include "channel/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* It has room for a burst of questions; the kernel counts several hundred octets for each.
 */
enum { CHANNEL_BUFFER = 4 << 20 };

/* SO_SNDBUFFORCE goes past the system's limit, if we may; SO_SNDBUF goes up to it. */
static void enlarge(int end)
{
    int size = CHANNEL_BUFFER;

    if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) == -1 &&
        setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == -1) {
        /* the default will do: senders cope with a full channel */
    }
}

int channel_open(struct channel *channel)
{
    int ends[2];

    channel->left = channel->right = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
        return -1;
    channel->left = ends[0];
    channel->right = ends[1];
    enlarge(channel->left);
    enlarge(channel->right);
    return 0;
}

void channel_close_end(int *end)
{
    if (*end != -1)
        close(*end);
    *end = -1;
}

void channel_close(struct channel *channel)
{
    channel_close_end(&channel->left);
    channel_close_end(&channel->right);
}

/* Room for a descriptor that goes with a message. */
union passing {
    struct cmsghdr align;
    char octets[CMSG_SPACE(sizeof(int))];
};

/* The kernel may be short of memory for a moment. */
static enum channel_result result_of_errno(void)
{
    switch (errno) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
        return CHANNEL_BUSY;
    default:
        return CHANNEL_CLOSED;
    }
}

enum channel_result channel_send(int end, const void *data, size_t len,
                                 enum channel_wait wait)
{
    int flags = MSG_NOSIGNAL | (wait == CHANNEL_TRY ? MSG_DONTWAIT : 0);
    ssize_t sent;

    do
        sent = send(end, data, len, flags);
    while (sent == -1 && errno == EINTR);
    return sent == -1 ? result_of_errno() : CHANNEL_DONE;
}

/* A peer that is gone is reported once as a reset, before what it had sent. No message of
 * ours is empty. */
static enum channel_result receive(int end, struct msghdr *message, size_t *len,
                                   enum channel_wait wait)
{
    int flags = MSG_CMSG_CLOEXEC | (wait == CHANNEL_TRY ? MSG_DONTWAIT : 0);
    ssize_t got;

    do
        got = recvmsg(end, message, flags);
    while (got == -1 && (errno == EINTR || errno == ECONNRESET));
    if (got == -1)
        return result_of_errno();
    *len = (size_t)got;
    return got == 0 ? CHANNEL_CLOSED : CHANNEL_DONE;
}

enum channel_result channel_receive(int end, void *data, size_t size, size_t *len,
                                    enum channel_wait wait)
{
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    return receive(end, &message, len, wait);
}

enum channel_result channel_send_control(int end, enum control_message control,
                                         const void *data, size_t len)
{
    uint8_t message[1 + CONTROL_DATA_MAX] = {(uint8_t)control};

    if (len > 0)
        memcpy(message + 1, data, len);
    return channel_send(end, message, 1 + len, CHANNEL_TRY);
}

enum channel_result channel_send_descriptor(int end, enum control_message control,
                                            const void *data, size_t len, int descriptor)
{
    uint8_t octet = (uint8_t)control;
    struct iovec parts[] = {{.iov_base = &octet, .iov_len = 1},
                            {.iov_base = (void *)(uintptr_t)data, .iov_len = len}};
    union passing room = {0};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = &room,
                             .msg_controllen = sizeof room};

    room.align.cmsg_level = SOL_SOCKET;
    room.align.cmsg_type = SCM_RIGHTS;
    room.align.cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(&room.align), &descriptor, sizeof descriptor);
    return sendmsg(end, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? result_of_errno()
                                                                     : CHANNEL_DONE;
}

/* A message with more data than there is room for is none of ours. */
static void read_control(const uint8_t *octets, size_t count, enum control_message *control,
                         uint8_t *data, size_t *len)
{
    bool is_known = count - 1 <= (data ? CONTROL_DATA_MAX : 0);

    *control = is_known ? (enum control_message)octets[0] : 0;
    if (!data)
        return;
    *len = is_known ? count - 1 : 0;
    memcpy(data, octets + 1, *len);
}

enum channel_result channel_receive_control(int end, enum control_message *control,
                                            uint8_t *data, size_t *len, int *descriptor,
                                            enum channel_wait wait)
{
    uint8_t octets[1 + CONTROL_DATA_MAX + 1];
    struct iovec part = {.iov_base = octets, .iov_len = sizeof octets};
    union passing room = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = descriptor ? &room : NULL,
                             .msg_controllen = descriptor ? sizeof room : 0};
    size_t count;
    enum channel_result result = receive(end, &message, &count, wait);

    if (descriptor)
        *descriptor = -1;
    if (result != CHANNEL_DONE)
        return result;
    if (descriptor && CMSG_FIRSTHDR(&message) && room.align.cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(&room.align), sizeof *descriptor);
    read_control(octets, count, control, data, len);
    return CHANNEL_DONE;
}
