/*
 * The HTTP server on top of libmicrohttpd (web/mhd), which reads requests and writes
 * replies whenever its descriptors are ready. net/loop waits for these: they stand behind
 * one epoll descriptor.
 */
#pragma once

#include "net/loop.h"
#include "web/routes.h"

struct http;

/* Listens on the socket of the configuration. The library must be loaded. NULL with errno
 * if that fails. */
struct http *http_new(struct loop *, const struct site *);
/* Ends all connections; the socket stays as it is, since others may listen on it. Accepts
 * NULL. */
void http_free(struct http *);

/* Accepts no further connections. */
void http_retire(struct http *);
/* How many connections are open. */
unsigned http_count(const struct http *);
