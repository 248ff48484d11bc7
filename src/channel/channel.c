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

enum channel_result channel_receive_word_with(int end, enum word *word,
                                              uint8_t data[static WORD_DATA_MAX],
                                              size_t *len, enum channel_wait wait)
{
    uint8_t message[1 + WORD_DATA_MAX + 1];
    size_t got;
    enum channel_result result = channel_receive(end, message, sizeof message, &got, wait);

    if (result != CHANNEL_DONE)
        return result;
    *word = got < sizeof message ? (enum word)message[0] : 0;
    *len = *word ? got - 1 : 0;
    memcpy(data, message + 1, *len);
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
