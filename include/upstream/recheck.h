/*
 * Rechecks: a question is asked once more, of one server, to see whether the server is
 * still as the infrastructure cache has it. Nobody waits for the reply.
 */
#pragma once

#include "upstream/upstream_query.h"

/* Sends those that are due at the servers of this question. */
void recheck_send_due(const struct upstream_query *);
