/*
 * Messages on a stream, each behind its length in two octets (RFC 1035 section 4.2.2). An
 * inbox keeps what has come of the next messages, an outbox what could not be sent yet.
 * Neither has memory while it is empty.
 */
#pragma once

#include "base/bytes.h"

enum { FRAMES_MESSAGE_MAX = 65535, FRAMES_MAX = 2 + FRAMES_MESSAGE_MAX };

/* Octets that were read but not yet taken. A zeroed inbox is empty. */
struct inbox {
    uint8_t *data;
    size_t len, room;
};

enum inbox_result {
    INBOX_FILLED, /* there are octets to take messages from */
    INBOX_EMPTY,  /* nothing has come */
    INBOX_ENDED,  /* the other side sends no more */
    INBOX_BROKEN, /* the connection is lost, or memory is short */
};

/*
 * Reads once from the socket, unless a whole message waits already. `unread` gets all
 * octets that were not taken. It is valid until inbox_keep, which must follow INBOX_FILLED
 * before any inbox is read again.
 */
enum inbox_result inbox_read(struct inbox *, int fd, struct reader *unread);
/* Keeps the octets that are left in `unread`. False if memory is short. */
bool inbox_keep(struct inbox *, const struct reader *unread);
/* True if a message can be taken without reading more. */
bool inbox_has_message(const struct inbox *);
void inbox_free(struct inbox *);

/* The next whole message, borrowed; false if there is none. */
bool frames_take(struct reader *unread, const uint8_t **message, size_t *len);
/* True if the length of the next message has come, which `len` gets. */
bool frames_length(const struct reader *unread, size_t *len);

/* Octets that wait to be sent. A zeroed outbox is empty. */
struct outbox {
    uint8_t *data;
    size_t at, len, room; /* data[at] to data[len - 1] wait */
};

/*
 * Sends a message behind its length, both in one piece so that they leave in one segment
 * (RFC 7766 section 8). What the socket does not take waits. False if the connection is
 * lost or memory is short.
 */
bool outbox_send(struct outbox *, int fd, const uint8_t *message, size_t len);
/* Sends as much of what waits as the socket takes. False if the connection is lost. */
bool outbox_flush(struct outbox *, int fd);
size_t outbox_waiting(const struct outbox *);
void outbox_free(struct outbox *);
