/*
 * Messages on a stream, each behind its length in two octets (RFC 1035 section 4.2.2): what
 * has come of the next ones on one connection, and what could not be sent yet. Neither
 * holds memory while there is nothing to hold.
 */
#ifndef NET_FRAMES_H
#define NET_FRAMES_H

#include "base/bytes.h"

enum { FRAME_MESSAGE_MAX = 65535, FRAME_MAX = 2 + FRAME_MESSAGE_MAX };

/* What was read but not yet taken; a zeroed one is empty. */
struct inbox {
    uint8_t *data;
    size_t len, room;
};

enum inbox_result {
    INBOX_FILLED, /* there is something to take messages from */
    INBOX_EMPTY,  /* nothing has come now */
    INBOX_ENDED,  /* the other side sends no more */
    INBOX_BROKEN, /* the connection is lost, or memory is short */
};

/*
 * Reads once from the socket, unless a whole message waits already. `unread` is all that
 * has come and was not taken; it is valid until inbox_keep, which must follow INBOX_FILLED
 * before any inbox is read again.
 */
enum inbox_result inbox_read(struct inbox *, int fd, struct reader *unread);
/* Keeps what is left of `unread`. False if memory is short. */
bool inbox_keep(struct inbox *, const struct reader *unread);
/* True if a message can be taken without reading more. */
bool inbox_has_message(const struct inbox *);
void inbox_free(struct inbox *);

/* The next whole message, borrowed; false if there is none. */
bool frame_take(struct reader *unread, const uint8_t **message, size_t *len);
/* True if the next length has come; `len` is what it says. */
bool frame_length(const struct reader *unread, size_t *len);

/* What waits to be sent; a zeroed one is empty. */
struct outbox {
    uint8_t *data;
    size_t at, len, room; /* data[at] to data[len - 1] wait */
};

/*
 * Sends a message behind its length, in one piece so that it leaves in one segment (RFC
 * 7766 section 8); what the socket does not take waits. False if the connection is lost or
 * memory is short.
 */
bool outbox_send(struct outbox *, int fd, const uint8_t *message, size_t len);
/* Sends what waits, as far as the socket takes it. False if the connection is lost. */
bool outbox_flush(struct outbox *, int fd);
size_t outbox_waiting(const struct outbox *);
void outbox_free(struct outbox *);

#endif
