/*
 * Forwarding loops: a server that asks us what we ask it is not waited for. A server is
 * named by its place in the question's list.
 */
#pragma once

#include "upstream/upstream_query.h"

/* If all servers ask us for this name, nobody has it: makes the denial that no server can
 * give. */
void forward_loop_deny(struct upstream_query *);

/* True if the server might ask us for this name. */
bool forward_loop_may_lead_back(const struct upstream_query *, size_t server);

/* A server that is slower than this may have asked us. */
int64_t forward_loop_prompt_ms(const struct upstream_query *, size_t server);

/* True if a loop check, which is then under way, has to show first that the name does not
 * come back. The server itself may be the one that asks us. */
bool forward_loop_holds_back(struct upstream_query *, size_t server);

/* The server whose turn it is does not answer at once: decides whether to check it. */
void forward_loop_suspect(struct upstream_query *);

/* The server has asked us for this name. Nothing that it may still say about the name
 * counts, because it has that from us. The caller says that the server has failed. */
void forward_loop_leave_server(struct upstream_query *, size_t server);

/* If one of the question's servers is the forwarder that asks it, that server has no answer
 * of its own, and is not asked. */
void forward_loop_leave_out_asker(struct upstream_query *);

/* No server can be asked: notes the reason. */
void forward_loop_note_why_unusable(struct upstream_query *);

/* The check for this name, which asked `question`, has come back. */
void forward_loop_check_came_back(struct upstream *, const struct route *,
                                  const struct question *);

/* A forwarder asks us this: ends a question that waits at the forwarder for the same. */
void forward_loop_forwarder_asks(struct upstream *, const struct question *);
