/*
 * The questions that wait for replies of one server, all at the same time. Each is sent
 * when it is started, has its own deadlines after which it is sent again or given up, and
 * is asked again over TCP if its reply is truncated. None holds up another.
 */
#pragma once

#include "client/exchange.h"
#include "client/wait.h"

struct outstanding;

/* For questions over a socket of datagram_open(), which stays the caller's. */
struct outstanding *outstanding_new(int socket);
/* Questions that still wait stay so. */
void outstanding_free(struct outstanding *);

/* How many wait. */
size_t outstanding_count(const struct outstanding *);

/* Sends the question, which must stay where it is until it has been taken. */
void outstanding_start(struct outstanding *, struct exchange *);

/* The next one that has ended, or NULL. */
struct exchange *outstanding_take(struct outstanding *);

/*
 * Waits once, for a reply, a deadline, for `input` (-1: none) to be readable, or until
 * `until`, a value of clock_ms() or WAIT_FOREVER. WAIT_READY means the input. After
 * WAIT_INTERRUPTED all questions have ended.
 */
enum wait_result outstanding_turn(struct outstanding *, int input, int64_t until);
