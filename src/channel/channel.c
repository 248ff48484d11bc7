#include "channel/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for a burst of questions; the kernel counts several hundred octets for each. */
enum { CHANNEL_BUFFER = 4 << 20 };

/* SO_SNDBUFFORCE goes past the system's limit where we may; SO_SNDBUF up to it. */
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

static enum channel_result result_of_errno(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK ? CHANNEL_BUSY : CHANNEL_CLOSED;
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

enum channel_result channel_receive(int end, void *data, size_t size, size_t *len,
                                    enum channel_wait wait)
{
    ssize_t got;
    do /* a peer that is gone is reported once as a reset, before what it had sent */
        got = recv(end, data, size, wait == CHANNEL_TRY ? MSG_DONTWAIT : 0);
    while (got == -1 && (errno == EINTR || errno == ECONNRESET));
    if (got == -1)
        return result_of_errno();
    *len = (size_t)got;
    return got == 0 ? CHANNEL_CLOSED : CHANNEL_DONE; /* no message of ours is empty */
}

enum channel_result channel_send_word_with(int end, enum word word, const void *data,
                                           size_t len)
{
    uint8_t message[1 + WORD_DATA_MAX] = {(uint8_t)word};

    if (len > 0)
        memcpy(message + 1, data, len);
    return channel_send(end, message, 1 + len, CHANNEL_TRY);
}

enum channel_result channel_send_word(int end, enum word word)
{
    return channel_send_word_with(end, word, NULL, 0);
}

enum channel_result channel_send_descriptor(int end, enum word word, const void *data,
                                            size_t len, int descriptor)
{
    uint8_t octet = (uint8_t)word;
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

static void read_word(const uint8_t *message, size_t got, enum word *word, uint8_t *data,
                      size_t *len)
{
    *word = got <= 1 + WORD_DATA_MAX ? (enum word)message[0] : 0;
    *len = *word ? got - 1 : 0;
    memcpy(data, message + 1, *len);
}

enum channel_result channel_receive_descriptor(int end, enum word *word,
                                               uint8_t data[static WORD_DATA_MAX],
                                               size_t *len, int *descriptor,
                                               enum channel_wait wait)
{
    uint8_t octets[1 + WORD_DATA_MAX + 1];
    struct iovec part = {.iov_base = octets, .iov_len = sizeof octets};
    union passing room = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &room,
                             .msg_controllen = sizeof room};
    int flags = MSG_CMSG_CLOEXEC | (wait == CHANNEL_TRY ? MSG_DONTWAIT : 0);
    ssize_t got;

    *descriptor = -1;
    do
        got = recvmsg(end, &message, flags);
    while (got == -1 && (errno == EINTR || errno == ECONNRESET));
    if (got == -1)
        return result_of_errno();
    if (got == 0)
        return CHANNEL_CLOSED;
    if (CMSG_FIRSTHDR(&message) && room.align.cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(&room.align), sizeof *descriptor);
    read_word(octets, (size_t)got, word, data, len);
    return CHANNEL_DONE;
}

enum channel_result channel_receive_word_with(int end, enum word *word,
                                              uint8_t data[static WORD_DATA_MAX],
                                              size_t *len, enum channel_wait wait)
{
    uint8_t message[1 + WORD_DATA_MAX + 1];
    size_t got;
    enum channel_result result = channel_receive(end, message, sizeof message, &got, wait);

    if (result != CHANNEL_DONE)
        return result;
    read_word(message, got, word, data, len);
    return CHANNEL_DONE;
}

enum channel_result channel_receive_word(int end, enum word *word, enum channel_wait wait)
{
    uint8_t data[WORD_DATA_MAX];
    size_t len;
    enum channel_result result = channel_receive_word_with(end, word, data, &len, wait);

    if (result == CHANNEL_DONE && len > 0)
        *word = 0;
    return result;
}
