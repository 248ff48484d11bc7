/* A pair of connected SOCK_SEQPACKET sockets: whole messages, in order, between processes.
 */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "channel/message.h"

struct channel {
    int left, right; /* -1 when closed */
};

/* Both ends block until they are told not to wait. 0, or -1 with errno. */
int channel_open(struct channel *);
void channel_close(struct channel *);
void channel_close_end(int *end);

enum channel_result {
    CHANNEL_DONE,
    CHANNEL_BUSY,   /* would have to wait */
    CHANNEL_CLOSED, /* the other end is gone, or the socket fails */
};

enum channel_wait { CHANNEL_BLOCK, CHANNEL_TRY };

enum channel_result channel_send(int end, const void *data, size_t len, enum channel_wait);
enum channel_result channel_receive(int end, void *data, size_t size, size_t *len,
                                    enum channel_wait);

/* One word; words are few, so the receiver always has room. */
enum channel_result channel_send_word(int end, enum word);
/* A word with something to it, of at most WORD_DATA_MAX octets. */
enum channel_result channel_send_word_with(int end, enum word, const void *data,
                                           size_t len);
/* Sends a word, and a copy of the descriptor, which stays the caller's. */
enum channel_result channel_send_descriptor(int end, enum word, const void *data,
                                            size_t len, int descriptor);
/* `len` is what came with the word. A message that is no word reads as 0. */
enum channel_result channel_receive_word_with(int end, enum word *,
                                              uint8_t data[static WORD_DATA_MAX],
                                              size_t *len, enum channel_wait);
/* As channel_receive_word_with, and takes the descriptor that came with the word; the
 * caller closes it. It is -1 if none came. */
enum channel_result channel_receive_descriptor(int end, enum word *,
                                               uint8_t data[static WORD_DATA_MAX],
                                               size_t *len, int *descriptor,
                                               enum channel_wait);
/* Likewise, for words with nothing to them. */
enum channel_result channel_receive_word(int end, enum word *, enum channel_wait);

#endif
