#include "net/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
    LENGTH = 2,
    ROOM_MIN = 64,
};

/* All connections are read into this buffer, since most messages come whole and are taken
 * before another connection is read. */
static uint8_t shared[FRAMES_MAX];

bool frames_length(const struct reader *unread, size_t *len)
{
    struct reader ahead = *unread;
    uint16_t length;

    if (!get_u16(&ahead, &length))
        return false;
    *len = length;
    return true;
}

bool frames_take(struct reader *unread, const uint8_t **message, size_t *len)
{
    struct reader ahead = *unread;

    if (!frames_length(&ahead, len) || !get_skip(&ahead, LENGTH) ||
        !get_bytes(&ahead, message, *len))
        return false;
    *unread = ahead;
    return true;
}

/* Octets of the first frame: its length, and the message if that is known. */
static size_t frame_size(const struct inbox *inbox)
{
    struct reader in = reader_of(inbox->data, inbox->len);
    size_t len = 0;

    return frames_length(&in, &len) ? LENGTH + len : LENGTH;
}

bool inbox_has_message(const struct inbox *inbox)
{
    return inbox->len >= LENGTH && inbox->len >= frame_size(inbox);
}

static bool inbox_resize(struct inbox *inbox, size_t room)
{
    uint8_t *data = realloc(inbox->data, room);

    if (!data)
        return false;
    inbox->data = data;
    inbox->room = room;
    return true;
}

/*
 * Makes room for the rest of the first message and no more, so that the octets behind it go
 * into the shared buffer again. The room grows with what has come, since a length alone
 * must not cost memory.
 */
static bool inbox_make_room(struct inbox *inbox)
{
    size_t room = inbox->len * 2, size = frame_size(inbox);

    if (inbox->len < inbox->room)
        return true;
    if (room < ROOM_MIN)
        room = ROOM_MIN;
    return inbox_resize(inbox, room < size ? room : size);
}

static enum inbox_result result_of(ssize_t got)
{
    if (got == 0)
        return INBOX_ENDED;
    if (got > 0)
        return INBOX_FILLED;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? INBOX_EMPTY
                                                                     : INBOX_BROKEN;
}

enum inbox_result inbox_read(struct inbox *inbox, int fd, struct reader *unread)
{
    enum inbox_result result = INBOX_FILLED;
    ssize_t got = 0;

    if (inbox->len == 0) {
        got = recv(fd, shared, sizeof shared, MSG_DONTWAIT);
        *unread = reader_of(shared, got > 0 ? (size_t)got : 0);
        return result_of(got);
    }
    if (!inbox_has_message(inbox)) {
        if (!inbox_make_room(inbox))
            return INBOX_BROKEN;
        got = recv(fd, inbox->data + inbox->len, inbox->room - inbox->len, MSG_DONTWAIT);
        result = result_of(got);
    }
    inbox->len += got > 0 ? (size_t)got : 0;
    *unread = reader_of(inbox->data, inbox->len);
    return result;
}

bool inbox_keep(struct inbox *inbox, const struct reader *unread)
{
    size_t left = reader_left(unread);

    if (left == 0) {
        inbox_free(inbox);
        return true;
    }
    if (left > inbox->room && !inbox_resize(inbox, left))
        return false;
    memmove(inbox->data, unread->data + unread->pos, left);
    inbox->len = left;
    return true;
}

void inbox_free(struct inbox *inbox)
{
    free(inbox->data);
    *inbox = (struct inbox){0};
}

size_t outbox_waiting(const struct outbox *outbox)
{
    return outbox->len - outbox->at;
}

void outbox_free(struct outbox *outbox)
{
    free(outbox->data);
    *outbox = (struct outbox){0};
}

/* Octets that have been sent make room, once they are the greater part. */
static bool outbox_make_room(struct outbox *outbox, size_t more)
{
    size_t waiting = outbox_waiting(outbox), room = outbox->room;
    uint8_t *data;

    if (outbox->at > waiting) {
        memmove(outbox->data, outbox->data + outbox->at, waiting);
        outbox->at = 0;
        outbox->len = waiting;
    }
    if (outbox->len + more <= room)
        return true;
    while (room < outbox->len + more)
        room = room ? room * 2 : ROOM_MIN;
    data = realloc(outbox->data, room);
    if (!data)
        return false;
    outbox->data = data;
    outbox->room = room;
    return true;
}

static bool outbox_add(struct outbox *outbox, const void *bytes, size_t count)
{
    if (!outbox_make_room(outbox, count))
        return false;
    memcpy(outbox->data + outbox->len, bytes, count);
    outbox->len += count;
    return true;
}

/* Returns how many octets the socket took, or -1 if the connection is lost. */
static ssize_t send_parts(int fd, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    return sent;
}

bool outbox_send(struct outbox *outbox, int fd, const uint8_t *message, size_t len)
{
    uint8_t length[LENGTH] = {(uint8_t)(len >> 8), (uint8_t)len};
    struct iovec parts[] = {{length, sizeof length}, {(void *)(uintptr_t)message, len}};
    size_t sent = 0;

    if (outbox_waiting(outbox) == 0) {
        ssize_t result = send_parts(fd, parts, 2);

        if (result == -1)
            return false;
        sent = (size_t)result;
    }
    if (sent < LENGTH && !outbox_add(outbox, length + sent, LENGTH - sent))
        return false;
    sent = sent < LENGTH ? 0 : sent - LENGTH;
    return sent == len || outbox_add(outbox, message + sent, len - sent);
}

bool outbox_flush(struct outbox *outbox, int fd)
{
    struct iovec part = {outbox->data + outbox->at, outbox_waiting(outbox)};
    ssize_t sent;

    if (part.iov_len == 0)
        return true;
    sent = send_parts(fd, &part, 1);
    if (sent == -1)
        return false;
    outbox->at += (size_t)sent;
    if (outbox_waiting(outbox) == 0)
        outbox_free(outbox);
    return true;
}
