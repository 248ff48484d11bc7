/*
 * The serve process. It reads datagrams and TCP messages, has serve/handler answer the
 * requests in them, and sends the replies. It is one thread around one poll() loop, opens
 * no files, and never calls libc's resolver.
 */
#pragma once

#include "serve/config.h"

/* Runs until the supervisor's channel closes, or until the supervisor has told it to retire
 * and it owes no answer. 0, or -1 with errno if it could not start or go on. */
int serve_run(const struct serve_config *, int lookup, int supervisor);
