/*
 * One question over TCP, for an answer that does not fit a datagram (RFC 7766 section 5).
 * Nothing here waits: the caller waits for the socket and then calls stream_continue.
 */
#pragma once

#include "dns/ask.h"
#include "net/addr.h"

enum { STREAM_LENGTH = 2 }; /* octets in front of each message: its length */

enum stream_result { STREAM_WAITS, STREAM_DONE, STREAM_FAILED };

struct stream {
    int fd;                /* wait until it can be written to if stream_writes, else read */
    const struct ask *ask; /* borrowed */
    uint8_t query[STREAM_LENGTH + ASK_SIZE], length[STREAM_LENGTH];
    size_t sent;     /* octets of the query */
    size_t received; /* octets of the length, then of the reply */
    bool has_length; /* `size` and `reply` are set */
    uint8_t *reply;  /* whoever takes it leaves NULL here */
    size_t size;
};

/* Connects or begins to connect. 0, or -1 with errno and nothing to close. */
int stream_open(struct stream *, const struct addr *server, const struct ask *);

/*
 * Sends and receives as much as it can. STREAM_DONE: the reply is there. STREAM_FAILED with
 * errno: ENODATA if the connection ends before the reply is complete, EBADMSG if it is not
 * the reply to this question, or what the network says.
 */
enum stream_result stream_continue(struct stream *);

bool stream_writes(const struct stream *);
void stream_close(struct stream *);
