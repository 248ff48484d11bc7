/*
 * Messages on a TCP stream that comes in pieces: the same messages come out, wherever the
 * stream was cut. The first octet says how long the pieces are.
 */
#include "fuzz.h"

#include "net/frames.h"

#include <errno.h>
#include <sys/socket.h>

/* What has come of the stream, and was not read. */
static const uint8_t *come;
static size_t come_len;

/* Takes the place of the socket. */
ssize_t recv(int fd, void *out, size_t size, int flags)
{
    size_t len = come_len < size ? come_len : size;

    (void)fd;
    (void)flags;
    errno = EAGAIN;
    memcpy(out, come, len);
    come += len;
    come_len -= len;
    return len > 0 ? (ssize_t)len : -1;
}

/* The next message is the one that stands in the stream at `at`. */
static void take_all(struct reader *unread, const uint8_t *stream, size_t *at)
{
    const uint8_t *message;
    size_t len;

    while (frames_take(unread, &message, &len)) {
        must(len == (size_t)(stream[*at] << 8 | stream[*at + 1]));
        must(memcmp(message, stream + *at + 2, len) == 0);
        *at += 2 + len;
    }
}

static void read_piece(struct inbox *inbox, const uint8_t *stream, size_t *at)
{
    struct reader unread;

    while (inbox_read(inbox, -1, &unread) == INBOX_FILLED) {
        take_all(&unread, stream, at);
        must(inbox_keep(inbox, &unread));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inbox inbox = {0};
    size_t at = 0, piece, sent = 1;

    if (size < 2 || size > 4096)
        return 0;
    for (piece = data[0] + 1u; sent < size; sent += piece) {
        if (piece > size - sent)
            piece = size - sent;
        come = data + sent;
        come_len = piece;
        read_piece(&inbox, data + 1, &at);
    }
    /* What is left is no whole message. */
    must(size - 1 - at < 2 ||
         size - 1 - at < 2u + (size_t)(data[1 + at] << 8 | data[2 + at]));
    must(!inbox_has_message(&inbox));
    inbox_free(&inbox);
    return 0;
}
