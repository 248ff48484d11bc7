/* A pair of SOCK_SEQPACKET sockets, which carries whole messages in order. */
#pragma once

#include <stddef.h>

#include "channel/message.h"

struct channel {
    int left, right; /* -1 when closed */
};

/* 0, or -1 with errno. */
int channel_open(struct channel *);
void channel_close(struct channel *);
void channel_close_end(int *end);

enum channel_result {
    CHANNEL_DONE,
    CHANNEL_BUSY,   /* would have to wait, or the kernel is short of memory */
    CHANNEL_CLOSED, /* the other end is gone, or the socket fails */
};

enum channel_wait { CHANNEL_BLOCK, CHANNEL_TRY };

enum channel_result channel_send(int end, const void *data, size_t len, enum channel_wait);
enum channel_result channel_receive(int end, void *data, size_t size, size_t *len,
                                    enum channel_wait);

/*
 * Sends a control message with at most CONTROL_DATA_MAX octets of data; `data` may be NULL
 * if `len` is 0. Control messages are few, so the receiver has room for each.
 */
enum channel_result channel_send_control(int end, enum control_message, const void *data,
                                         size_t len);
/* Sends it with a copy of the descriptor, which stays the caller's. */
enum channel_result channel_send_descriptor(int end, enum control_message, const void *data,
                                            size_t len, int descriptor);
/*
 * Receives a control message; octets that are none read as 0. `data` has room for
 * CONTROL_DATA_MAX octets, or is NULL if only messages without data are expected. A
 * descriptor that comes with the message is the caller's to close, -1 if there is none; it
 * is refused if `descriptor` is NULL.
 */
enum channel_result channel_receive_control(int end, enum control_message *, uint8_t *data,
                                            size_t *len, int *descriptor,
                                            enum channel_wait);
